import { demand, equal, thumbprint } from '../../core/index.ts'
import type { RandomBytes } from '../../host/index.ts'
import type { Stores } from '../secure-store.ts'
import type { Founders } from './first-write.ts'
import { writtenIndices } from './indices.ts'
import { KEY_HANDLE } from './key-handles.ts'
import type { TpmAddress } from './link.ts'
import { makeTpmStore } from './make-store.ts'
import { readNvPublic } from './nv-commands.ts'
import { encodeNvPublic } from './nv-index.ts'
import { readPublic } from './object-commands.ts'
import { OrderCounter } from './order-counter.ts'
import { flushAll } from './places.ts'
import { ATTESTATION_KEY, SIGNING_KEY, pointOf } from './public-area.ts'
import { showStanding } from './record-policy.ts'
import { RecordSlots } from './record-slots.ts'
import { unsealWith } from './sealed.ts'
import { readInside, readSetting } from './store-files.ts'
import { TpmStore, type Parts } from './tpm-store.ts'
import { Tpm, nullIfRefused } from './tpm.ts'

export interface OpenTpmStore {
  readonly dir: string
  readonly address: TpmAddress
  readonly random: RandomBytes
}

/** Null: a dead store. The TPM is silent, or not the one, or holds other indices than this phone's. */
export async function openTpmStore(options: OpenTpmStore): Promise<TpmStore | null> {
  const tpm = new Tpm(options.address)
  let store: TpmStore | null = null
  try {
    const parts = await openParts(tpm, options)
    return (store = parts && new TpmStore(parts))
  } catch (error) {
    return nullIfRefused(error)
  } finally {
    if (store === null) tpm.close()
  }
}

async function openParts(tpm: Tpm, { dir, random }: OpenTpmStore): Promise<Parts | null> {
  const setting = await readSetting(dir)
  if (setting === null) return null
  await flushAll(tpm)
  const dak = pointOf(await readPublic(tpm, KEY_HANDLE.device), SIGNING_KEY)
  const governed = { approver: setting.approver, device: thumbprint(dak) }
  const indices = writtenIndices(governed)
  for (const index of Object.values(indices))
    if (!equal(await readNvPublic(tpm, index.handle), encodeNvPublic(index))) return null
  const key = await unsealWith(tpm, KEY_HANDLE.storage, setting.recordKey, (session) =>
    showStanding(session, governed),
  )
  const inside = await readInside(dir, key)
  if (inside === null) return null
  const slots = new RecordSlots({ dir, key, anchor: indices.anchor, random })
  const counter = new OrderCounter(indices.counter, inside.base)
  const attested = await readPublic(tpm, KEY_HANDLE.attestation)
  const attestationKey = pointOf(attested, ATTESTATION_KEY)
  return { tpm, governed, dak, attestationKey, factory: inside.factory, slots, counter }
}

/** Stores on the TPM at that address: `founders` only where phones are made. */
export function tpmStores(options: {
  readonly address: TpmAddress
  readonly random: RandomBytes
  readonly founders?: Founders
}): Stores {
  const { founders, ...open } = options
  return {
    make: async (dir, factory) => {
      demand(founders !== undefined, 'store', 'nobody is here to found a store')
      await makeTpmStore({ ...open, dir, founders }, factory)
      const store = await openTpmStore({ ...open, dir })
      demand(store !== null, 'store', 'the store that was made does not open')
      return store
    },
    open: (dir) => openTpmStore({ ...open, dir }),
  }
}
