import { equal, sha256 } from '../core/index.ts'
import type { RandomBytes } from '../host/index.ts'
import type { Memory } from './memory.ts'
import type { StoreRecord } from './secure-store.ts'
import type { UserStorage } from './user-storage.ts'

const BOOT_KEY_BYTES = 32

/**
 * What ties the user storage to the secure store: a boot key, sealed by the one and kept in the
 * other. A wipe takes it away, nobody but the store makes one, and a new one voids those before.
 */
export class Activation {
  readonly #storage: UserStorage
  readonly #memory: Memory
  readonly #random: RandomBytes
  #stands = false

  constructor(storage: UserStorage, memory: Memory, random: RandomBytes) {
    this.#storage = storage
    this.#memory = memory
    this.#random = random
  }

  /** As last looked at: the storage holds the key, and the store gives it back in this state. */
  get stands(): boolean {
    return this.#stands
  }

  async look(): Promise<void> {
    const { record } = this.#memory
    const sealed = await this.#storage.readSealedKey()
    this.#stands = false
    if (record === null || sealed === null || !fits(sealed, record)) return
    try {
      this.#memory.store.unseal(sealed, record)
      this.#stands = true
    } catch {
      // the state forbids a boot, or the seal is broken: the gate shows which
    }
  }

  /** Storage first: if we die between the two, the key does not fit and activation is asked again. */
  async setUp(): Promise<void> {
    const { store, known } = this.#memory
    const present = await this.#storage.readSealedKey()
    if (present && fits(present, known)) return // a lock never costs the owner their data
    const sealed = store.seal(this.#random(BOOT_KEY_BYTES))
    await this.#storage.writeSealedKey(sealed)
    await this.#memory.persist({ ...known, activation: sha256(sealed) })
    await this.look()
  }

  /** A reset, with all the user's data. */
  async erase(): Promise<void> {
    await this.#storage.erase()
    this.#stands = false
  }
}

function fits(sealed: Uint8Array, record: StoreRecord): boolean {
  return record.activation !== null && equal(sha256(sealed), record.activation)
}
