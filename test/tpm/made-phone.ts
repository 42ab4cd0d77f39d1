import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseImei14, parseSerial } from '../../src/core/index.ts'
import { referenceBy } from '../../src/device/boot.ts'
import { blankRecord } from '../../src/device/secure-store.ts'
import { DemoLog } from '../../src/device/testing/demo-log.ts'
import { Swtpm } from '../../src/device/testing/swtpm.ts'
import type { Founders } from '../../src/device/tpm/first-write.ts'
import { encodeGrants, type Grant, type Mandate } from '../../src/device/tpm/grants.ts'
import type { Act, Governed } from '../../src/device/tpm/indices.ts'
import { approve, keysOf, makeGrant } from '../../src/device/tpm/sign-grants.ts'
import {
  verifyStateProof,
  type ProofAsked,
  type StateProof,
} from '../../src/device/tpm/state-proof.ts'
import { openTpmStore, tpmStores } from '../../src/device/tpm/open-store.ts'
import type { TpmStore } from '../../src/device/tpm/tpm-store.ts'
import { Tpm, TpmRefusal } from '../../src/device/tpm/tpm.ts'
import { generateEs256, machine, nodeVerifiers } from '../../src/host/index.ts'

export const key = () => generateEs256().signer
const { random } = machine
const { root } = new DemoLog(key()).founding
const imeis = [parseImei14('00101701000001')]
const factory = {
  imeis,
  serial: parseSerial('SM-1'),
  root,
  parts: [],
  ...referenceBy(key()),
}
const outstanding = { index: 3, act: 'lock', auth: 'zz', foundBy: null, okc: null, exp: 9 } as const

/** Records of a phone's life. */
export const free = blankRecord(factory)
export const stolen = { ...free, device: { state: 'stolen', ctr: 1, outstanding } as const }
export const released = {
  ...free,
  device: { state: 'protected', ctr: 2, outstanding: null } as const,
}
export const BOOT_KEY = new Uint8Array(32).fill(7)

/** A chip, a store on it, and everybody who may sign for it. */
export class MadePhone implements AsyncDisposable {
  readonly founders: Founders
  readonly chip: Swtpm
  readonly dir: string
  store!: TpmStore

  private constructor(chip: Swtpm, dir: string) {
    this.founders = { approver: key(), police: key(), owner: key() }
    this.chip = chip
    this.dir = dir
  }

  static async make(): Promise<MadePhone> {
    const dir = await mkdtemp(join(tmpdir(), 'stolen-mode-tpm-store-'))
    const phone = new MadePhone(await Swtpm.start(), dir)
    const { founders, chip } = phone
    const stores = tpmStores({ address: chip.address, random, founders })
    phone.store = (await stores.make(dir, factory)) as TpmStore
    await phone.store.apply(free)
    return phone
  }

  get governed(): Governed {
    return this.store.governed
  }

  async open(): Promise<void> {
    const { dir } = this
    const store = await openTpmStore({ dir, address: this.chip.address, random })
    if (store === null) throw new Error('the store is dead')
    this.store = store
  }

  /** Power lost, and back. */
  async powerCycle(): Promise<void> {
    await this.store.close()
    await this.chip.off()
    await this.chip.on()
    await this.open()
  }

  mandate(signers = this.founders, ends: readonly Uint8Array[] = []): Mandate {
    return approve(this.founders.approver, this.governed, keysOf(signers), ends)
  }

  grant(act: Act, number = 0, signers = this.founders): Grant {
    return makeGrant(act, number, this.governed, signers)
  }

  grants(...grants: readonly Grant[]): Uint8Array {
    return encodeGrants({ mandate: this.mandate(), grants })
  }

  lock(): Promise<void> {
    return this.store.apply(stolen, this.grants(this.grant('lock')))
  }

  release(): Promise<void> {
    return this.store.apply(released, this.grants(this.grant('lock'), this.grant('release')))
  }

  asked(nonce: Uint8Array): ProofAsked {
    const { governed, store } = this
    const { attestationKey } = store
    return { nonce, governed, attestationKey, verify: nodeVerifiers().es256 }
  }

  /** What the chip proves of its state to somebody far away. */
  async prove(): Promise<StateProof> {
    const nonce = random(32)
    return verifyStateProof(await this.store.prove(nonce), this.asked(nonce))
  }

  /** A thief with a program of his own on the phone: the same TPM, past the store. */
  async past<T>(work: (tpm: Tpm) => Promise<T>): Promise<T> {
    await this.store.close()
    const tpm = new Tpm(this.chip.address)
    try {
      return await work(tpm)
    } finally {
      tpm.close()
      await this.open()
    }
  }

  /** What the TPM answers to that thief. */
  rcOf(work: (tpm: Tpm) => Promise<unknown>): Promise<string> {
    return this.past((tpm) => rcOf(() => work(tpm)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await this.chip[Symbol.asyncDispose]()
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** The response code of the command that failed, in hexadecimal; `done`: none. */
export async function rcOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (error instanceof TpmRefusal) return error.rc.toString(16)
    throw error
  }
}
