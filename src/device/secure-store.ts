import type { DeviceState, PublicKey } from '../core/index.ts'
import { lapse } from '../core/index.ts'
import type { Factory } from './factory.ts'

/** A phone's home: the origin of its log, and the national authority whose registry speaks for it. */
export interface Home {
  readonly log: string
  readonly authority: string
}

/** All a phone has to remember to judge its next order: device.md §1. */
export interface StoreRecord {
  /** As the orders left it. A hold that lapsed is still named here: see `stateOf`. */
  readonly device: DeviceState
  /** The hold in force ended by 72 h of run time, where no cosigned time came by. */
  readonly holdLapsed: boolean
  /** The last order obeyed, for the screen of a state that has no outstanding order. */
  readonly last: { readonly auth: string; readonly index: number } | null
  /** Thumbprint of the owner's key, null until there is one. */
  readonly owner: Uint8Array | null
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
export function blankRecord(factory: Factory): StoreRecord {
  return {
    device: { state: 'protected', ctr: 0, outstanding: null },
    holdLapsed: false,
    last: null,
    owner: null,
    home: null,
    root: factory.root,
    now: 0,
    treeSize: 0,
    bootCount: 0,
    activation: null,
  }
}

/** A fresh statement of the phone about itself. */
export interface Attestation {
  /** 32 bytes, the asker's. */
  readonly nonce: Uint8Array
  readonly record: StoreRecord
  /** Thumbprint of the owner's key to speak of; the record's, where none is given. */
  readonly owner?: Uint8Array
}

/**
 * Where lock state lives: outside of everything a reset, a reflash or a new image can touch
 * (device.md §9). Nothing else is asked of it.
 */
export interface SecureStore {
  /** Announced, so that nobody takes a program for a chip. */
  readonly kind: 'file'
  /** The device attestation key; its thumbprint is the device. */
  readonly dak: PublicKey
  readonly factory: Factory
  /** Null: unreadable, empty or tampered with, which counts as after a reset. */
  read(): Promise<StoreRecord | null>
  /** After this returns, and only then, the new record stands. @throws {Refusal} store */
  apply(record: StoreRecord): Promise<void>
  /** Wraps the boot key for the user storage. */
  seal(bootKey: Uint8Array): Uint8Array
  /** Gives the boot key back while the state allows a boot. @throws {Refusal} store, wrong-state */
  unseal(sealed: Uint8Array, record: StoreRecord): Uint8Array
  /** Signs with the device attestation key. */
  sign(message: Uint8Array): Uint8Array
  /** @returns an EAT */
  attest(attestation: Attestation): Uint8Array
}
