import { Refusal, demand } from '../core/index.ts'
import { blankRecord, type SecureStore, type StoreRecord } from './secure-store.ts'

/**
 * What a phone that is switched on holds of its secure store. Every change goes to the store first,
 * one after the other.
 */
export class Memory {
  readonly #open: () => Promise<SecureStore | null>
  #store: SecureStore | null = null
  #record: StoreRecord | null = null
  #last: Promise<unknown> = Promise.resolve()
  /** Of this boot: what a record begins with that is made anew. */
  bootCount = 0

  constructor(open: () => Promise<SecureStore | null>) {
    this.#open = open
  }

  /** Null: unreadable. */
  get record(): StoreRecord | null {
    return this.#record
  }

  get kind(): SecureStore['kind'] | null {
    return this.#store?.kind ?? null
  }

  /** @throws {Refusal} store: a dead store, which cannot even say who this phone is */
  get store(): SecureStore {
    demand(this.#store !== null, 'store', 'the secure store is dead')
    return this.#store
  }

  /** The record, or the one a phone without any starts from. @throws {Refusal} store */
  get known(): StoreRecord {
    return this.#record ?? { ...blankRecord(this.store.factory), bootCount: this.bootCount }
  }

  /** As at power-on: whatever the store says now. */
  async load(): Promise<void> {
    this.#store = await this.#open()
    this.#record = (await this.#store?.read()) ?? null
  }

  /** As at power-off. What was read stays known: a phone that is off is asked for nothing. */
  async close(): Promise<void> {
    await this.#store?.close()
  }

  /**
   * Persists, then remembers. A write that failed may have happened all the same, so the store is
   * asked again what it holds. @throws {Refusal} store
   */
  async persist(next: StoreRecord, grants?: Uint8Array): Promise<void> {
    const { store } = this
    try {
      await store.apply(next, grants)
      this.#record = next
    } catch {
      this.#record = await store.read()
      throw new Refusal('store', 'the record could not be kept')
    }
  }

  /** Runs `work` after everything before it is done: each bundle is judged by the record it changes. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
