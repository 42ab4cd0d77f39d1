import {
  coseSign,
  encodeEntry,
  encodeIdentityOpening,
  encodeOpening,
  identityPayload,
  deviceCommitment,
  orderPayload,
  ownerCommitment,
  pairCommitment,
  parseDocument,
  parseImei14,
  saltedHash,
  thumbprint,
  type Act,
  type DeviceIds,
  type IdentityRecord,
  type Imei14,
  type Order,
  type Pair,
  type Signer,
} from '../src/core/index.ts'
import {
  COSIGNATURE,
  CompactRange,
  ED25519,
  cosign,
  formatCheckpoint,
  formatNote,
  leafHash,
  signText,
} from '../src/log/index.ts'
import {
  generateEs256,
  generateNoteSigner,
  machine,
  nodeVerifiers,
  type NoteSigner,
} from '../src/host/index.ts'
import { foundWorld, type Founding } from '../src/sim/index.ts'
import { readTrust, type Trust } from '../src/wire/index.ts'
import type { LogRecord } from '../src/edge/log-record.ts'

/** A phone of the tests: its key, its numbers, its owner. */
export interface Phone {
  readonly ids: DeviceIds
  readonly imei: Imei14
  readonly owner: Signer
}

/** Unix ms at which every test log begins. */
export const START = 1_790_000_000_000

interface Ordered {
  /** The index of the order. */
  readonly index: number
  readonly salt: Uint8Array
  readonly ctr: number
}

/** A conflict or pair in the log. */
interface Recorded {
  readonly index: number
  readonly com: Uint8Array
  readonly type: 'conflict' | 'pair'
}

/** What a log shares with the others under its root, and what is its own. */
interface Seat {
  readonly log: NoteSigner
  readonly founding: Founding
  readonly witnesses: readonly NoteSigner[]
  readonly guardians: readonly NoteSigner[]
}

/** A real log in memory: founding certificates, signed orders, checkpoints with any cosigners. */
export class EdgeLog {
  readonly origin: string
  readonly founding: Founding
  readonly trust: Trust
  readonly records: LogRecord[] = []
  readonly witnesses: readonly NoteSigner[]
  readonly guardians: readonly NoteSigner[]
  readonly #log: NoteSigner
  /** Log time, ms. */
  now = START

  constructor({ capPerHour = 100, seat = seats(['ZZ'], capPerHour)[0]! } = {}) {
    this.#log = seat.log
    this.origin = seat.log.key.name
    this.witnesses = seat.witnesses
    this.guardians = seat.guardians
    this.founding = seat.founding
    this.trust = readTrust(this.founding.root, nodeVerifiers())
    for (const certificate of this.founding.certificates) {
      const body = parseDocument(certificate, 'application/stolen-cert+cbor')
      this.append(encodeEntry({ kind: 'certificate', t: this.now, body }), null)
    }
  }

  /** Logs of several countries under one root, with the same cosigners and the same operator. */
  static several(...countries: readonly string[]): readonly EdgeLog[] {
    return seats(countries, 100).map((seat) => new EdgeLog({ seat }))
  }

  get size(): number {
    return this.records.length
  }

  /** Another future of this log by the same keys: its first `size` leaves, and none after them. */
  forkAt(size: number): EdgeLog {
    const { founding, witnesses, guardians, now } = this
    const fork = new EdgeLog({ seat: { log: this.#log, founding, witnesses, guardians } })
    fork.now = now
    fork.records.splice(0, fork.size, ...this.records.slice(0, size))
    return fork
  }

  append(entry: Uint8Array, opening: Uint8Array | null): number {
    const index = this.records.length
    this.records.push({ index, entry, opening })
    return index
  }

  root(size = this.size): Uint8Array {
    const range = new CompactRange()
    for (const { entry } of this.records.slice(0, size)) range.append(leafHash(entry))
    return range.root()
  }

  /** A checkpoint over the first `size` leaves, cosigned `at` Unix seconds by that many of each. */
  checkpoint({
    size = this.size,
    witnesses = 2,
    guardians = 2,
    at = Math.floor(this.now / 1000),
    root = this.root(size),
  } = {}): string {
    const text = formatCheckpoint({ origin: this.origin, size, root })
    const lines = [...this.witnesses.slice(0, witnesses), ...this.guardians.slice(0, guardians)]
    return formatNote({
      text,
      signatures: [
        signText(text, this.#log.key, this.#log.sign),
        ...lines.map(({ key, sign }) => cosign({ key, text, timeSeconds: at, sign })),
      ],
    })
  }

  hold(phone: Phone, { exp = Math.floor(this.now / 1000) + 3_600, ctr = 1 } = {}): Ordered {
    const { intake } = this.founding
    return this.order(phone, { act: 'hold', ctr, exp, auth: intake.sub, why: 1 }, [intake.signer])
  }

  lock(phone: Phone, { of, ctr = 1 }: { of?: number; ctr?: number } = {}): Ordered {
    const { forceOrder, officers } = this.founding
    return this.order(
      phone,
      { act: 'lock', ctr, why: 1, auth: forceOrder.sub, ...(of !== undefined && { of }) },
      [forceOrder.signer, ...officers.map(({ signer }) => signer)],
    )
  }

  found(phone: Phone, lock: Ordered): Ordered {
    const { forceOrder, officers } = this.founding
    const index = lock.index
    const ordered = this.order(
      phone,
      { act: 'found', ctr: lock.ctr + 1, of: index, auth: forceOrder.sub, cc: 'ZZ' },
      [forceOrder.signer, officers[0]!.signer],
    )
    // a release still names the lock
    return { index, salt: lock.salt, ctr: ordered.ctr }
  }

  release(phone: Phone, undone: Ordered, by = this.founding.forceOrder): Ordered {
    const order = {
      act: 'release',
      ctr: undone.ctr + 1,
      of: undone.index,
      to: 1,
      auth: by.sub,
      okey: { salt: undone.salt, key: phone.owner.key },
    } as const
    return this.order(phone, order, [by.signer, phone.owner])
  }

  /** A number in conflict, said by the registry. */
  conflict(imei14: Imei14): Recorded {
    return this.record('conflict', { imei14, imsi: null }, [this.founding.registry[0].signer])
  }

  /** An honest pair, said at a counter of the force. */
  pair(imei14: Imei14, imsi: string, exp = Math.floor(this.now / 1000) + 86_400): Recorded {
    const { forceOrder, officers } = this.founding
    const signers = [forceOrder, officers[0]!, officers[1]!].map(({ signer }) => signer)
    return this.record('pair', { imei14, imsi }, signers, exp)
  }

  end({ index, com, type }: Recorded): void {
    const { registry, forceOrder, officers } = this.founding
    const members = type === 'pair' ? [forceOrder, officers[0]!] : [registry[0]]
    const record = { type: 'end', com, exp: null, of: index, log: this.origin } as const
    this.identity(
      record,
      members.map(({ signer }) => signer),
      null,
    )
  }

  private record(
    type: 'conflict' | 'pair',
    pair: Pair,
    signers: readonly Signer[],
    exp: number | null = null,
  ): Recorded {
    const salt = machine.random(32)
    const com = pairCommitment(salt, pair)
    const opening = encodeIdentityOpening({ com, salt, pair })
    const record = { type, com, exp, of: null, log: this.origin }
    return { index: this.identity(record, signers, opening), com, type }
  }

  private identity(
    record: IdentityRecord,
    signers: readonly Signer[],
    opening: Uint8Array | null,
  ): number {
    const body = coseSign('application/stolen-identity+cbor', identityPayload(record), signers)
    return this.append(encodeEntry({ kind: 'identity', t: this.now, body }), opening)
  }

  /** Signs and logs what a test asks for, with the fields its act demands. */
  order(
    phone: Phone,
    wanted: Partial<Order> & { readonly act: Act; readonly ctr: number; readonly auth: string },
    signers: readonly Signer[],
  ): Ordered {
    const salt = machine.random(32)
    const hash = saltedHash(salt, wanted.act)
    const seconds = Math.floor(this.now / 1000)
    const takes = wanted.act === 'hold' || wanted.act === 'lock'
    const order: Order = {
      oid: machine.random(16),
      dev: deviceCommitment(salt, phone.ids),
      nbf: seconds,
      exp: seconds + 3_600,
      ...(takes && { own: ['passkey', hash], okc: ownerCommitment(salt, phone.owner.key) }),
      ...((wanted.act === 'lock' || wanted.act === 'found') && { case: hash }),
      ...(wanted.act === 'found' && { cus: hash }),
      ...wanted,
    }
    const body = coseSign('application/stolen-order+cbor', orderPayload(order), signers)
    const entry = encodeEntry({ kind: 'order', t: this.now, body })
    const opening = encodeOpening({ oid: order.oid, salt, ids: phone.ids })
    const index = this.append(entry, opening)
    return { index, salt, ctr: wanted.ctr }
  }
}

/** The operator of the first country asks everywhere. */
function seats(countries: readonly string[], capPerHour: number): readonly Seat[] {
  const signers = (kind: string) =>
    [1, 2, 3].map((i) => generateNoteSigner(`${kind}${i}.example`, COSIGNATURE).signer)
  const [witnesses, guardians] = [signers('witness'), signers('guardian')]
  const member = ({ key }: NoteSigner) => ({ name: key.name, key, url: 'https://x.example' })
  const logs = countries.map((country) => {
    const origin = `log.example/${country.toLowerCase()}`
    return { country, origin, log: generateNoteSigner(origin, ED25519).signer }
  })
  const { root, rootKeys, ...world } = foundWorld({
    now: START / 1000,
    countries: logs.map(({ country, origin, log }) => ({
      country,
      log: { key: log.key, url: `https://${origin}` },
      capPerHour,
      officers: 2,
      operators: 1,
      tacs: [],
    })),
    witnesses: witnesses.map(member),
    guardians: guardians.map(member),
  })
  const { operators } = world.countries[0]!
  return logs.map(({ log }, i) => {
    const founding = { ...world.countries[i]!, operators, root, rootKeys }
    return { log, founding, witnesses, guardians }
  })
}

/** A phone with the numbers of those serials, under a test TAC. */
export function phone(...serials: readonly number[]): Phone {
  const imeis = serials.map((serial) => parseImei14(`00101701${String(serial).padStart(6, '0')}`))
  const dak = thumbprint(generateEs256().signer.key)
  return { ids: { dak, imeis, serial: null }, imei: imeis[0]!, owner: generateEs256().signer }
}
