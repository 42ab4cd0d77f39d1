import { join } from 'node:path'
import { mkdir, writeFile } from 'node:fs/promises'
import {
  coseSign,
  deviceCommitment,
  encodeEntry,
  encodeOpening,
  orderPayload,
  ownerCommitment,
  parseDocument,
  parseImei14,
  saltedHash,
  type Act,
  type Order,
  type Signer,
} from '../core/index.ts'
import {
  found,
  generateEs256,
  generateNoteSigner,
  machine,
  sha256Fast,
  verifyEd25519,
  type Founding,
  type NoteSigner,
} from '../host/index.ts'
import {
  CHECKPOINT_PATH,
  COSIGNATURE,
  ED25519,
  EMPTY_EDGE,
  appendEntries,
  appendLeaves,
  bundleTile,
  cosign,
  edgeRoot,
  formatCheckpoint,
  formatNote,
  leafHash,
  openCheckpoint,
  signText,
  tilePath,
} from '../log/index.ts'

/** A log that was written as a whole, with everybody's keys in one hand: for measurements. */
export interface WrittenLog {
  readonly founding: Founding
  readonly entries: number
  readonly signatures: number
  /** Of each entry; null where it is about no device. */
  readonly openings: readonly (Uint8Array | null)[]
}

export interface WrittenLogOptions {
  readonly folder: string
  /** Entries of the whole log, its founding documents included. */
  readonly entries: number
  /** Unix seconds at which it was founded. */
  readonly foundedAt: number
  readonly progress?: (entries: number) => void
}

const HOUR = 3_600
const DAY = 24 * HOUR
/** Thefts are spread over this time, so that there are months to compare. */
const SPAN = 300 * DAY
const ORIGIN = 'log.bench.example/stolen-mode'

/**
 * Writes a log of real signed entries into an empty folder: thefts, each with a hold, a lock, a find
 * and a release, one phone and one owner key to each, in the order in which they would have happened.
 */
export async function writeLog(options: WrittenLogOptions): Promise<WrittenLog> {
  const { folder, foundedAt } = options
  const log = generateNoteSigner(ORIGIN, ED25519).signer
  const cosigners = ['witness', 'guardian'].map(
    (name) => generateNoteSigner(`${name}.bench.example`, COSIGNATURE).signer,
  )
  const [witness, guardian] = cosigners.map(({ key }) => ({ name: key.name, key, url: HOST }))
  const founding = found({
    now: foundedAt,
    log: { key: log.key, url: `${HOST}/log` },
    witnesses: [witness!],
    guardians: [guardian!],
    capPerHour: options.entries,
    officers: 2,
    operators: 0,
    tacs: [],
  })
  const entries = founded(founding, foundedAt)
  const openings: (Uint8Array | null)[] = entries.map(() => null)
  const thefts = new Thefts(founding, foundedAt, options.entries - entries.length)
  for (const { entry, opening } of thefts.entries(entries.length)) {
    entries.push(entry)
    openings.push(opening)
    if (entries.length % 1_000 === 0) options.progress?.(entries.length)
  }
  await writeTree(folder, entries, { log, cosigners, at: foundedAt + 390 * DAY })
  return { founding, entries: entries.length, signatures: thefts.signatures, openings }
}

const HOST = 'http://127.0.0.1'

function founded(founding: Founding, foundedAt: number): Uint8Array[] {
  const t = foundedAt * 1000
  const certificates = founding.certificates.map((certificate) =>
    encodeEntry({
      kind: 'certificate',
      t,
      body: parseDocument(certificate, 'application/stolen-cert+cbor'),
    }),
  )
  const body = parseDocument(founding.root, 'application/stolen-root+cbor')
  return [encodeEntry({ kind: 'root', t, body }), ...certificates]
}

interface Step {
  /** Unix seconds. */
  readonly at: number
  readonly act: Exclude<Act, 'retire'>
  readonly phone: number
}

interface Phone {
  readonly owner: Signer
  readonly imei: string
  /** Of the order in force, as `of` names it and `okey` opens it. */
  index: number
  salt: Uint8Array
  ctr: number
}

interface Written {
  readonly entry: Uint8Array
  readonly opening: Uint8Array
}

class Thefts {
  readonly #founding: Founding
  readonly #steps: readonly Step[]
  readonly #phones = new Map<number, Phone>()
  signatures = 0

  constructor(founding: Founding, foundedAt: number, count: number) {
    this.#founding = founding
    const thefts = Math.ceil(count / 4)
    this.#steps = Array.from({ length: thefts }, (_, i) => storyOf(i, foundedAt, thefts))
      .flat()
      .toSorted((a, b) => a.at - b.at)
      .slice(0, count)
  }

  *entries(first: number): Generator<Written> {
    for (const [i, step] of this.#steps.entries()) yield this.entry(step, first + i)
  }

  private entry({ at, act, phone: number }: Step, index: number): Written {
    const phone = this.phone(number)
    const salt = machine.random(32)
    const { signers, content } = this.content(act, phone, salt)
    const oid = machine.random(16)
    const ids = { dak: null, imeis: [parseImei14(phone.imei)], serial: null }
    const order: Order = {
      act,
      oid,
      dev: deviceCommitment(salt, ids),
      ctr: ++phone.ctr,
      nbf: at - 60,
      exp: at - 60 + 3 * DAY,
      ...content,
    }
    if (act === 'hold' || act === 'lock') Object.assign(phone, { index, salt })
    if (act === 'release') this.#phones.delete(number)
    this.signatures += signers.length
    const body = coseSign('application/stolen-order+cbor', orderPayload(order), signers)
    const entry = encodeEntry({ kind: 'order', t: at * 1000, body })
    return { entry, opening: encodeOpening({ oid, salt, ids }) }
  }

  private phone(number: number): Phone {
    const known = this.#phones.get(number)
    if (known) return known
    const imei = `00101701${String(number).padStart(6, '0')}`
    const owner = generateEs256().signer
    const phone = { owner, imei, index: 0, salt: new Uint8Array(), ctr: 0 }
    this.#phones.set(number, phone)
    return phone
  }

  private content(act: Step['act'], phone: Phone, salt: Uint8Array) {
    const { intake, forceOrder, officers } = this.#founding
    const by = officers.map(({ signer }) => signer)
    const hash = saltedHash(salt, act)
    const own = ['card', hash] as const
    const okc = ownerCommitment(salt, phone.owner.key)
    const of = phone.index
    const okey = { salt: phone.salt, key: phone.owner.key }
    switch (act) {
      case 'hold':
        return { signers: [intake.signer], content: { auth: intake.sub, own, why: 1, okc } }
      case 'lock':
        return {
          signers: [forceOrder.signer, ...by],
          content: { auth: forceOrder.sub, case: hash, own, why: 1, of, okc },
        }
      case 'found':
        return {
          signers: [forceOrder.signer, by[0]!],
          content: { auth: forceOrder.sub, case: hash, of, cus: hash, cc: 'ZZ' },
        }
      case 'release':
        return {
          signers: [forceOrder.signer, phone.owner],
          content: { auth: forceOrder.sub, of, to: phone.index % 50 === 0 ? 2 : 1, okey },
        }
    }
  }
}

/** One theft: verified within the two days after, found within weeks, home within days. */
function storyOf(i: number, foundedAt: number, thefts: number): Step[] {
  const stolen = foundedAt + HOUR + Math.floor((i * SPAN) / thefts)
  const locked = stolen + HOUR * (1 + (i % 48))
  const recovered = locked + DAY * (1 + (i % 60))
  const home = recovered + HOUR * (6 + (i % 96))
  return [
    { at: stolen, act: 'hold', phone: i },
    { at: locked, act: 'lock', phone: i },
    { at: recovered, act: 'found', phone: i },
    { at: home, act: 'release', phone: i },
  ]
}

interface Signing {
  readonly log: NoteSigner
  readonly cosigners: readonly NoteSigner[]
  /** Unix seconds of the cosignatures. */
  readonly at: number
}

async function writeTree(
  folder: string,
  entries: readonly Uint8Array[],
  { log, cosigners, at: timeSeconds }: Signing,
): Promise<void> {
  const { edge, tiles } = appendLeaves(
    EMPTY_EDGE,
    entries.map((entry) => leafHash(entry, sha256Fast)),
    sha256Fast,
  )
  for (const tile of tiles) await write(folder, tilePath(tile), tile.bytes)
  for (const bundle of appendEntries(0, new Uint8Array(), entries))
    await write(folder, tilePath(bundleTile(bundle)), bundle.bytes)
  const root = edgeRoot(edge, sha256Fast)
  const text = formatCheckpoint({ origin: log.key.name, size: edge.size, root })
  const lines = cosigners.map(({ key, sign }) => cosign({ key, text, timeSeconds, sign }))
  const note = formatNote({ text, signatures: [signText(text, log.key, log.sign), ...lines] })
  openCheckpoint(note, [log.key], verifyEd25519)
  await write(folder, CHECKPOINT_PATH, new TextEncoder().encode(note))
}

async function write(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true })
  await writeFile(join(folder, path), bytes)
}
