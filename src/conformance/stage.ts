import {
  coseSign,
  decodeCbor,
  encodeDocument,
  encodeMadeDevice,
  madeBinding,
  fromBase64,
  parseCoseKey,
  statementPayload,
  thumbprint,
  toBase64,
  type DeviceIds,
  type Eat,
  type Imei14,
  type MadePart,
  type PartType,
  type PublicKey,
  type Signer,
} from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { leafHash } from '../log/index.ts'
import { AdapterFault, type AdapterLink } from './adapter-link.ts'
import type { Case, Person } from './case.ts'
import { CaseLog } from './case-log.ts'
import { pick, type Constellation } from './constellation.ts'
import type { Issued } from './issue.ts'
import type { PlayedParts } from './played-parts.ts'
import type { PlayedRegister } from './played-register.ts'
import type { PlayedRegistry } from './played-registry.ts'
import type { Answer, Ask, Feature } from './protocol.ts'
import type { Exchange } from './transcript.ts'

const MODEL = 'Model X'

/** What came of one thing asked of the phone: its claims, and what was seen without them. */
export interface Seen {
  readonly answer: Answer
  /** Statements under the phone's key that reached the registry meanwhile. */
  readonly eats: readonly Eat[]
  /** Numbers the register was asked about meanwhile. */
  readonly asked: readonly string[]
}

type Keyed = ReturnType<typeof generateEs256>

/** What is played for one run. */
export interface Played {
  readonly world: Constellation
  readonly registry: PlayedRegistry
  readonly register: PlayedRegister
  readonly registerUrl: string
}

/** One phone of one case, with its log, its owner, and what it was told. */
export class Stage {
  readonly played: Played
  readonly #link: AdapterLink
  readonly #record: (exchange: Omit<Exchange, 'case'>) => void
  readonly log: CaseLog
  readonly owner = generateEs256()
  readonly imeis: readonly Imei14[]
  readonly serial: string
  readonly orders = new Map<string, Issued>()
  readonly sales = new Map<string, Uint8Array>()
  readonly #others = new Map<Person, Keyed>()
  /** What the user keeps; null until then. */
  kept: string | null = null
  /** What its glass said in English when last asked. */
  english: readonly string[] = []
  #key: PublicKey | null = null
  /** The parts it was made with. */
  #own: readonly MadePart[] = []

  constructor(
    played: Played,
    link: AdapterLink,
    features: ReadonlySet<Feature>,
    record: (exchange: Omit<Exchange, 'case'>) => void,
  ) {
    const { world } = played
    this.played = played
    this.#link = link
    this.#record = record
    this.log = new CaseLog(world)
    const first = world.number()
    let second = world.number()
    while (second === first) second = world.number()
    this.imeis = features.has('second-imei') ? [first, second] : [first]
    this.serial = `SM${String(pick(world.random, 1e9)).padStart(9, '0')}`
    played.registry.begin(this.log)
  }

  /** Somebody's key, drawn when it is first spoken of. */
  person(who: Person): Keyed {
    if (who === 'owner') return this.owner
    const known = this.#others.get(who) ?? generateEs256()
    this.#others.set(who, known)
    return known
  }

  get ids(): DeviceIds {
    return { dak: this.dak, imeis: this.imeis, serial: this.serial }
  }

  /** The phone's key, as it was named when the phone was made. */
  get key(): PublicKey {
    if (this.#key === null) throw new AdapterFault('no phone was made')
    return this.#key
  }

  get dak(): Uint8Array {
    return thumbprint(this.key)
  }

  /** What the suite has made for this case beside the phone. */
  get parts(): PlayedParts {
    return this.played.registry.parts
  }

  get partTypes(): readonly PartType[] {
    return this.#own.map(([type]) => type)
  }

  /** Thumbprint of a part that was made, or of the phone's own of that type. */
  printOf(type: PartType, name: string): Uint8Array {
    if (name !== 'own') return this.parts.named(name).print
    const own = this.#own.find((part) => part[0] === type)
    if (own === undefined) throw new AdapterFault(`parts without a ${type}`)
    return own[1]
  }

  /** The maker's word for the phone. */
  get record(): Uint8Array {
    const { dak, imeis, serial } = this
    return encodeMadeDevice({ dak, imeis, serial, parts: this.#own })
  }

  /** What binds the parts it was made with. */
  get madeBinding(): Uint8Array {
    return madeBinding(this.record)
  }

  /** A phone as from the factory; enrolled, set up and on where the case wants it so. */
  async prepare(given: Case['given']): Promise<void> {
    await this.#make()
    await this.ask({ do: 'clock', at: this.log.now })
    if (given === 'boxed') return
    const steps: readonly Ask[] = [
      { do: 'power', to: 'on' },
      await this.enrolment(this.owner),
      { do: 'activate' },
    ]
    for (const step of steps) {
      const { answer } = await this.ask(step)
      if (answer.refusal !== null)
        throw new SetUpRefused(`${step.do} was refused: ${answer.refusal}`)
    }
  }

  async ask(ask: Ask): Promise<Seen> {
    const { registry, register } = this.played
    registry.takeEats()
    register.takeAsked()
    try {
      const answer = await this.#link.ask(ask)
      const eats = registry.takeEats()
      const attested = eats.map(({ state, ctr, outstanding }) => ({ state, ctr, outstanding }))
      this.#record({ asked: ask, answered: answer, attested })
      return { answer, eats, asked: register.takeAsked() }
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'fault'
      this.#record({ asked: ask, answered: { fault }, attested: [] })
      throw error
    }
  }

  /** What the shop hands over: the maker's batch of one, and the owner's key. */
  async enrolment(owner: { readonly pem: string }): Promise<Ask> {
    const { world } = this.played
    const { record } = this
    const payload = statementPayload({
      id: world.random(16),
      tacs: [world.tac],
      count: 1,
      root: leafHash(record),
      madeAt: this.log.now,
    })
    const by: readonly Signer[] = [world.home.maker.signer]
    const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, by))
    return {
      do: 'enrol',
      statement: toBase64(statement),
      record: toBase64(record),
      index: 0,
      path: [],
      model: MODEL,
      owner: owner.pem,
    }
  }

  async #make(): Promise<void> {
    const { world, registry, registerUrl } = this.played
    const { answer } = await this.ask({
      do: 'make',
      imeis: [...this.imeis],
      serial: this.serial,
      root: toBase64(world.home.root),
      registry: registry.url,
      register: registerUrl,
      country: 'ZZ',
    })
    if (answer.key === undefined) throw new AdapterFault('a phone without a key')
    try {
      this.#key = keyIn(answer.key)
      this.#own = (answer.parts ?? []).map((part) => [part.type, fromBase64(part.thumbprint)])
    } catch {
      throw new AdapterFault('a key that is none')
    }
  }
}

const keyIn = (text: string) => parseCoseKey(decodeCbor(fromBase64(text), 256))

/** The phone would not even be set up: every case about a phone in use has failed. */
export class SetUpRefused extends Error {
  override readonly name = 'SetUpRefused'
}
