import { demand, thumbprint, type PublicKey } from '../../core/index.ts'
import { mkdirDurably, type RandomBytes } from '../../host/index.ts'
import type { Factory } from '../factory.ts'
import { writeFirst, type Founders } from './first-write.ts'
import { indicesOf, writtenIndices, type Governed } from './indices.ts'
import { KEY_HANDLE } from './key-handles.ts'
import type { TpmAddress } from './link.ts'
import { readValue } from './lock-bits.ts'
import { PLATFORM, defineSpace, nvExtend, nvIncrement } from './nv-commands.ts'
import { create, createPrimary, load, persist, readPublic } from './object-commands.ts'
import { flushAll, using } from './places.ts'
import { ATTESTATION_KEY, SIGNING_KEY, STORAGE_KEY, pointOf } from './public-area.ts'
import { recordPolicy } from './record-policy.ts'
import { sealTo } from './sealed.ts'
import { writeInside, writeSetting } from './store-files.ts'
import { Tpm } from './tpm.ts'

const KEY_BYTES = 32

export interface MakeTpmStore {
  readonly dir: string
  readonly address: TpmAddress
  readonly founders: Founders
  readonly random: RandomBytes
}

/** What the maker notes down beside the device key: who can prove the store's state from afar. */
export interface MadeTpmStore {
  readonly governed: Governed
  readonly attestationKey: PublicKey
}

/**
 * Fills a TPM and a directory for a new phone: keys, indices, their first writes, the factory's data.
 * Everything is the platform's: an owner of the TPM, and TPM2_Clear, leave it as it is.
 * @throws {Refusal} store: it holds a phone already, or refuses
 */
export async function makeTpmStore(
  { dir, address, founders, random }: MakeTpmStore,
  factory: Factory,
): Promise<MadeTpmStore> {
  const tpm = new Tpm(address)
  try {
    await flushAll(tpm)
    await using(tpm, createPrimary(tpm, STORAGE_KEY), (key) =>
      persist(tpm, key, KEY_HANDLE.storage),
    )
    const dak = await makeKey(tpm, SIGNING_KEY, KEY_HANDLE.device)
    const attestationKey = await makeKey(tpm, ATTESTATION_KEY, KEY_HANDLE.attestation)
    const governed = { approver: founders.approver.key, device: thumbprint(dak) }
    const base = await makeIndices(tpm, governed, founders)
    const recordKey = random(KEY_BYTES)
    const sealed = await sealTo(tpm, KEY_HANDLE.storage, recordPolicy(governed), recordKey)
    await mkdirDurably(dir)
    await writeInside(dir, recordKey, { factory, base }, random)
    await writeSetting(dir, { approver: founders.approver.key, recordKey: sealed })
    return { governed, attestationKey }
  } finally {
    tpm.close()
  }
}

async function makeKey(tpm: Tpm, template: Uint8Array, handle: number): Promise<PublicKey> {
  const blob = await create(tpm, KEY_HANDLE.storage, template)
  await using(tpm, load(tpm, KEY_HANDLE.storage, blob), (key) => persist(tpm, key, handle))
  return pointOf(await readPublic(tpm, handle), template)
}

/** @returns the counter's base */
async function makeIndices(tpm: Tpm, governed: Governed, founders: Founders): Promise<bigint> {
  const fresh = indicesOf(governed)
  for (const index of Object.values(fresh)) await defineSpace(tpm, PLATFORM, index)
  await writeFirst(tpm, governed, founders)
  await nvIncrement(tpm, fresh.counter.handle)
  await nvExtend(tpm, fresh.anchor.handle, governed.device)
  const base = await readValue(tpm, writtenIndices(governed).counter)
  demand(base > 0n, 'store', 'a counter that does not count')
  return base
}
