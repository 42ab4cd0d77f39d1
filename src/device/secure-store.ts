import type {
  BoundPart,
  Contact,
  DeviceState,
  HeldPartList,
  Message,
  OwnerWords,
  PartType,
  PublicKey,
} from '../core/index.ts'
import { lapse } from '../core/index.ts'
import type { Boot } from './boot.ts'
import type { Factory } from './factory.ts'

/** A phone's home: the origin of its log, and the national authority whose registry speaks for it. */
export interface Home {
  readonly log: string
  readonly authority: string
}

/** What its owner lets a phone say that does not open, as he signed it. */
export interface SaidWords {
  /** When he said so, Unix seconds: nothing said before is taken any more. */
  readonly at: number
  /** Null: he has the phone back, and it is over. */
  readonly said: Pick<OwnerWords, 'message' | 'language' | 'reference'> | null
}

/** All a phone has to remember to judge its next order. */
export interface StoreRecord {
  /** As the orders left it. A hold that lapsed is still named here: see `stateOf`. */
  readonly device: DeviceState
  /** The hold in force ended by 72 h of run time, where no cosigned time came by. */
  readonly holdLapsed: boolean
  /** The last order obeyed, for the screen of a state that has no outstanding order. */
  readonly last: { readonly auth: string; readonly index: number } | null
  /** How the public reaches whoever ordered it. */
  readonly contact: Contact | null
  /** What the owner has to say to whoever holds the phone, chosen while it was open. */
  readonly message: Message
  /** What he signed since, elsewhere than on the phone; null: nothing ever. */
  readonly words: SaidWords | null
  /** Thumbprint of the owner's key, null until there is one. */
  readonly owner: Uint8Array | null
  /** Leaf of the sale or release that made him the owner; null where he was enrolled with it. */
  readonly ownedSince: number | null
  /** Where it was enrolled: the one log whose orders it obeys. Null before. */
  readonly home: Home | null
  /** The newest signed root document. */
  readonly root: Uint8Array
  /** T, the phone's lower bound of the time, Unix seconds: from quorums of cosigners only. */
  readonly now: number
  /** Largest tree a quorum has shown. */
  readonly treeSize: number
  readonly bootCount: number
  /** SHA-256 of the sealed boot key the user storage must hold; null: a status token is needed. */
  readonly activation: Uint8Array | null
  /** Reset protection: the owner may switch it off, after two factors and a day. */
  readonly isProtected: boolean
  /** The parts bound to it; null: those it was made with. */
  readonly parts: readonly BoundPart[] | null
  /** The list of stolen parts it carries, by which it tells an older or another one. */
  readonly partList: HeldPartList | null
}

/**
 * The state the phone lives in. The record keeps the lapsed hold, because the lock that continues
 * it may have been logged in time and reach this phone late.
 */
export function stateOf(record: StoreRecord): DeviceState {
  const { device, holdLapsed, now } = record
  if (device.state === 'held' && holdLapsed)
    return { ...device, state: 'protected', outstanding: null }
  return lapse(device, now)
}

/** What a phone without a readable record starts from. Not free: it is not activated. */
export function blankRecord(factory: Pick<Factory, 'root'>): StoreRecord {
  return {
    device: { state: 'protected', ctr: 0, outstanding: null },
    holdLapsed: false,
    last: null,
    contact: null,
    message: 'return',
    words: null,
    owner: null,
    ownedSince: null,
    home: null,
    root: factory.root,
    now: 0,
    treeSize: 0,
    bootCount: 0,
    activation: null,
    isProtected: true,
    parts: null,
    partList: null,
  }
}

/** A fresh statement of the phone about itself. */
export interface Attestation {
  /** 32 bytes, the asker's. */
  readonly nonce: Uint8Array
  readonly record: StoreRecord
  readonly boot: Boot
  /** Thumbprint of the owner's key to speak of; the record's, where none is given. */
  readonly owner?: Uint8Array
  /** Those of its parts that answered. */
  readonly parts?: readonly BoundPart[]
  /** Places where a part sits that may not be there. */
  readonly unbound?: readonly PartType[]
}

/**
 * Where lock state lives: outside of everything a reset, a reflash or a new image can touch. Nothing
 * else is asked of it.
 */
export interface SecureStore {
  /** Announced, so that nobody takes a program for a chip. */
  readonly kind: 'file' | 'tpm'
  /** The device attestation key; its thumbprint is the device. */
  readonly dak: PublicKey
  readonly factory: Factory
  /** Null: unreadable, empty or tampered with, which counts as after a reset. */
  read(): Promise<StoreRecord | null>
  /**
   * After this returns, and only then, the new record stands.
   * @param grants what came with the order for a store that takes no order on software's word; they
   * may come later too, with the record that stands
   * @throws {Refusal} store
   */
  apply(record: StoreRecord, grants?: Uint8Array): Promise<void>
  /** Wraps the boot key for the user storage. @throws {Refusal} store */
  seal(bootKey: Uint8Array): Promise<Uint8Array>
  /** Gives the boot key back while the state allows a boot. @throws {Refusal} store, wrong-state */
  unseal(sealed: Uint8Array, record: StoreRecord): Promise<Uint8Array>
  /** Signs with the device attestation key. @throws {Refusal} store */
  sign(message: Uint8Array): Promise<Uint8Array>
  /** @returns an EAT. @throws {Refusal} store */
  attest(attestation: Attestation): Promise<Uint8Array>
  /** Lets go of what holds the data. */
  close(): Promise<void>
}

/** A kind of secure store: how the maker fills one, and how a phone opens it at power-on. */
export interface Stores {
  /** @throws {Refusal} store */
  make(dir: string, factory: Factory): Promise<SecureStore>
  /** Null: a dead store. */
  open(dir: string): Promise<SecureStore | null>
}
