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
  readonly #isMakers: () => boolean
  #stands = false

  /** @param parts.isMakers whether the phone was started from its maker's image */
  constructor(parts: {
    readonly storage: UserStorage
    readonly memory: Memory
    readonly random: RandomBytes
    readonly isMakers: () => boolean
  }) {
    this.#storage = parts.storage
    this.#memory = parts.memory
    this.#random = parts.random
    this.#isMakers = parts.isMakers
  }

  /** As last looked at: the image is the maker's, the storage holds the key, and the store gives it back in this state. */
  get stands(): boolean {
    return this.#stands
  }

  async look(): Promise<void> {
    const { record } = this.#memory
    const sealed = await this.#storage.readSealedKey()
    this.#stands = false
    if (record === null || sealed === null || !fits(sealed, record)) return
    if (!this.#isMakers()) return // the boot key is not let out; the data stay
    try {
      await this.#memory.store.unseal(sealed, record)
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
    const sealed = await store.seal(this.#random(BOOT_KEY_BYTES))
    await this.#storage.writeSealedKey(sealed)
    // Whoever sets it up next begins under protection: that is its default.
    await this.#memory.persist({ ...known, activation: sha256(sealed), isProtected: true })
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
