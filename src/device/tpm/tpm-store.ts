import { demand, sha256, signEat, type PublicKey, type Signer } from '../../core/index.ts'
import { nodeVerifiers } from '../../host/index.ts'
import { eatOf, rootVersion } from '../attested.ts'
import type { Factory } from '../factory.ts'
import { stateOf, type Attestation, type SecureStore, type StoreRecord } from '../secure-store.ts'
import { decodeRecord, encodeRecord } from '../store-record.ts'
import { BootPolicy } from './boot-policy.ts'
import { checkGrants } from './check-grants.ts'
import { parseGrants, type Grants } from './grants.ts'
import type { Governed } from './indices.ts'
import { KEY_HANDLE } from './key-handles.ts'
import { locksBehind, raisedBy, readBits } from './lock-bits.ts'
import { signDigest } from './object-commands.ts'
import type { OrderCounter } from './order-counter.ts'
import { tidy } from './places.ts'
import { raiseBits } from './raise-bits.ts'
import type { RecordSlots } from './record-slots.ts'
import { sealTo, unsealWith } from './sealed.ts'
import { proveState } from './state-proof.ts'
import { nullIfRefused, type Tpm } from './tpm.ts'

const BOOT_KEY_BYTES = 32

/** What `openTpmStore` found in the TPM and in the directory. */
export interface Parts {
  readonly tpm: Tpm
  readonly governed: Governed
  readonly dak: PublicKey
  readonly attestationKey: PublicKey
  readonly factory: Factory
  readonly slots: RecordSlots
  readonly counter: OrderCounter
}

/**
 * A secure store on a TPM 2.0. What must hold against whoever owns the phone's software is in the
 * chip: the lock bits, which only police, or police and owner, raise; the boot key, which the chip
 * gives out while they agree; the counter; the device key. The rest of the record is a file that the
 * chip holds by its hash.
 */
export class TpmStore implements SecureStore {
  readonly kind = 'tpm'
  readonly dak: PublicKey
  readonly factory: Factory
  readonly governed: Governed
  /** The restricted key that proves the state from afar: the maker notes it down. */
  readonly attestationKey: PublicKey
  readonly #tpm: Tpm
  readonly #slots: RecordSlots
  readonly #counter: OrderCounter
  readonly #boot: BootPolicy
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#tpm = parts.tpm
    this.dak = parts.dak
    this.attestationKey = parts.attestationKey
    this.factory = parts.factory
    this.governed = parts.governed
    this.#slots = parts.slots
    this.#counter = parts.counter
    this.#boot = new BootPolicy(parts.governed)
  }

  /** A TPM that says nothing is dead until the next power-on: what was not read is not written over. */
  async read(): Promise<StoreRecord | null> {
    try {
      return await this.#inTurn(() => this.#read())
    } catch (error) {
      this.#tpm.close()
      return nullIfRefused(error)
    }
  }

  /**
   * Bits first, then the record, then the counter. Power lost after the bits leaves a phone that is
   * shut whatever its record says, and takes the same bundle again. No order is stopped by its grants,
   * except a release that needs them: they can come again, with the same record.
   */
  apply(record: StoreRecord, grants?: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#raiseFor(record, grants)
      await this.#slots.write(this.#tpm, encodeRecord(record))
      await this.#counter.follow(this.#tpm, record.device.ctr)
    })
  }

  seal(bootKey: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(() => sealTo(this.#tpm, KEY_HANDLE.storage, this.#boot.digest, bootKey))
  }

  unseal(sealed: Uint8Array, record: StoreRecord): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const { state } = stateOf(record)
      demand(isOpen(record), 'wrong-state', `no boot while ${state}`)
      const bits = await readBits(this.#tpm, this.governed)
      const show = this.#boot.show.bind(this.#boot)
      const key = await unsealWith(this.#tpm, KEY_HANDLE.storage, sealed, (session) =>
        show(session, bits),
      )
      demand(key.length === BOOT_KEY_BYTES, 'store', 'not a boot key')
      return key
    })
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(() => signDigest(this.#tpm, KEY_HANDLE.device, sha256(message)))
  }

  async attest(attestation: Attestation): Promise<Uint8Array> {
    const eat = eatOf(this.dak, this.factory, attestation)
    let asked = new Uint8Array()
    const ask = (message: Uint8Array) => ((asked = message.slice()), new Uint8Array(64))
    signEat(eat, this.#signer(ask)) // a first time to learn what is to be signed: a chip takes its time
    const signature = await this.sign(asked)
    return signEat(
      eat,
      this.#signer(() => signature),
    )
  }

  /** Says to whoever asked with that nonce what the bits and the counter are: `verifyStateProof`. */
  prove(nonce: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(() => proveState(this.#tpm, KEY_HANDLE.attestation, this.governed, nonce))
  }

  async close(): Promise<void> {
    await this.#last
    this.#tpm.close()
  }

  /** Null: there is none, or none that anybody can read. @throws {Refusal} store: the TPM fails */
  async #read(): Promise<StoreRecord | null> {
    const bytes = await this.#slots.read(this.#tpm)
    return bytes && decodeStanding(bytes)
  }

  /**
   * Raises what the grants are good for, but never bits that leave an open phone shut: an old lock that
   * somebody hung onto another order does. A release without its bits would do the same, for ever.
   */
  async #raiseFor(record: StoreRecord, bytes: Uint8Array | undefined): Promise<void> {
    const before = await readBits(this.#tpm, this.governed)
    const grants = this.#goodGrants(bytes)
    const opens = grants !== null && locksBehind(raisedBy(before, grants.grants)) !== null
    if (grants && (opens || !isOpen(record)))
      await raiseBits(this.#tpm, this.governed, grants).catch((error) => this.#ifSpoiled(error))
    if (!isOpen(record)) return
    const bits = await readBits(this.#tpm, this.governed)
    const may = locksBehind(bits) !== null || (await this.#isCutShort())
    demand(may, 'store', 'a release without its bits')
  }

  /** Null: none, or spoiled on the way. */
  #goodGrants(bytes: Uint8Array | undefined): Grants | null {
    if (!bytes) return null
    try {
      const grants = parseGrants(bytes)
      checkGrants(this.governed, grants, nodeVerifiers().es256)
      return grants
    } catch (error) {
      return nullIfRefused(error)
    }
  }

  /** A TPM that takes no grant of a term that is over; one that failed is another matter. */
  #ifSpoiled(error: unknown): void {
    if (this.#tpm.isInDoubt) throw error
    nullIfRefused(error)
  }

  /** Bits that forbid the boot of a phone whose record is open are a lock that was cut short. */
  async #isCutShort(): Promise<boolean> {
    const standing = await this.#read()
    return standing === null || isOpen(standing)
  }

  #signer(sign: (message: Uint8Array) => Uint8Array): Signer {
    return { key: this.dak, sign }
  }

  /** One sequence of commands at a time: there are few places for objects and sessions. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => tidy(this.#tpm)).then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

/** Null: a record that this program cannot read is none. */
function decodeStanding(bytes: Uint8Array): StoreRecord | null {
  try {
    const record = decodeRecord(bytes)
    rootVersion(record.root)
    return record
  } catch (error) {
    return nullIfRefused(error)
  }
}

function isOpen(record: StoreRecord): boolean {
  const { state } = stateOf(record)
  return state === 'protected' || state === 'held'
}
