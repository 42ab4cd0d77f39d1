import {
  coseKey,
  coseSign,
  encodeCbor,
  encodeDocument,
  encodeMadeDevice,
  fromBase64,
  parseTac,
  sign1,
  signEat,
  statementPayload,
  thumbprint,
  toBase64,
  utf8,
  type Eat,
  type Imei14,
  type MadePart,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256, machine } from '../src/host/index.ts'
import { leafHash } from '../src/log/index.ts'
import {
  describe,
  honest,
  type MadePlatform,
} from '../src/registry/attestation/testing/made-chain.ts'
import { ask } from './ask.ts'
import type { World } from './world.ts'

export const TAC = parseTac('00101701')

/** What a phone's hardware says, where that is not what the phone says. */
interface Attested {
  readonly imeis?: readonly Imei14[]
  readonly nonce?: Uint8Array
  readonly bootVerified?: boolean
}

/** A phone on the bench of a maker, honest or not: its key does what the test wants. */
export class BenchPhone {
  readonly key = generateEs256().signer
  owner = generateEs256().signer
  readonly seed = machine.random(32)
  readonly imeis: readonly Imei14[]
  readonly world: World

  constructor(world: World, ...imeis: Imei14[]) {
    this.world = world
    this.imeis = imeis
  }

  async nonce(): Promise<Uint8Array> {
    const { json } = await ask(this.world, { path: '/v1/nonces', body: {} })
    return fromBase64(String(json['nonce']))
  }

  async eat(changes: Partial<Eat> = {}): Promise<string> {
    const claims: Eat = {
      dak: this.key.key,
      nonce: changes.nonce ?? (await this.nonce()),
      imeis: this.imeis,
      oemId: machine.random(16),
      model: utf8(TAC),
      bootVerified: true,
      bootSeed: this.seed,
      measured: { key: machine.random(32), image: machine.random(32) },
      isProtected: true,
      bootCount: 1,
      state: 'protected',
      ctr: 0,
      outstanding: null,
      rootVersion: 1,
      owner: thumbprint(this.owner.key),
      parts: [],
      unbound: [],
      ...changes,
    }
    return toBase64(signEat(claims, this.key))
  }

  /** What a maker's statement over this one phone says. */
  vouched(by: Signer, tac = TAC, parts: readonly MadePart[] = []) {
    const dak = thumbprint(this.key.key)
    const record = encodeMadeDevice({ dak, imeis: this.imeis, serial: 'BENCH001', parts })
    const madeAt = Math.floor(this.world.surroundings.clock() / 1000)
    const id = machine.random(16)
    const payload = statementPayload({ id, tacs: [tac], count: 1, root: leafHash(record), madeAt })
    const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, [by]))
    return { statement: toBase64(statement), record: toBase64(record), index: 0, path: [] }
  }

  async body(changes: Record<string, unknown> = {}) {
    const maker = this.world.founding.maker.signer
    return { eat: await this.eat(), model: 'Bench', ...this.vouched(maker), ...changes }
  }

  /** The same without a maker, by what the hardware says. */
  async attested(
    platform: MadePlatform,
    changes: Parameters<typeof honest>[1] = new Map(),
    { imeis = this.imeis, nonce, bootVerified = true }: Attested = {},
  ) {
    const drawn = await this.nonce()
    const description = describe({ nonce: nonce ?? drawn, hardware: honest(imeis, changes) })
    const chain = await platform.chain(this.key.key, description)
    const eat = await this.eat({ nonce: drawn, bootVerified })
    return { eat, model: 'Bench', android: chain.map(toBase64) }
  }

  /** The signed word of its owner that goes with an attestation of that nonce. */
  ownersWord(nonce: Uint8Array) {
    const proof = sign1(
      'application/stolen-owner+cbor',
      [nonce, thumbprint(this.key.key)],
      this.owner,
    )
    return { key: toBase64(encodeCbor(coseKey(this.owner.key))), proof: toBase64(proof) }
  }
}
