import { demand } from '../../core/index.ts'
import { CC } from './codes.ts'
import { nullIfRefused, type Tpm } from './tpm.ts'
import { concat, u32 } from './writer.ts'

/** Gives back the place that an object or a session takes. @throws {Refusal} store */
async function flush(tpm: Tpm, handle: number): Promise<void> {
  await tpm.tell({ code: CC.flushContext, handles: [], parameters: u32(handle) })
}

/**
 * Works with an object or a session and gives it back, whatever comes of it: there are three places
 * for objects, and few for sessions. A TPM that fell silent is not asked again: see `tidy`.
 */
export async function using<T>(
  tpm: Tpm,
  open: Promise<number>,
  work: (handle: number) => Promise<T>,
): Promise<T> {
  const handle = await open
  let result: T
  try {
    result = await work(handle)
  } catch (error) {
    // What was done has failed already: a flush that fails too changes nothing.
    if (!tpm.isInDoubt) await flush(tpm, handle).catch(nullIfRefused)
    throw error
  }
  await flush(tpm, handle)
  return result
}

/** An answer that was lost may have named something that still takes a place. @throws {Refusal} store */
export async function tidy(tpm: Tpm): Promise<void> {
  if (tpm.isInDoubt) await flushAll(tpm)
}

const CAPABILITY_HANDLES = 1
/** The first handle of transient objects, of sessions loaded, and of those saved. */
const LEFT_BEHIND = [0x80000000, 0x02000000, 0x03000000] as const
const MOST = 64

/** Gives back what a program that died left in the TPM: nobody else uses it. @throws {Refusal} store */
export async function flushAll(tpm: Tpm): Promise<void> {
  tpm.isInDoubt = false
  for (const first of LEFT_BEHIND) {
    const command = {
      code: CC.getCapability,
      handles: [],
      parameters: concat(u32(CAPABILITY_HANDLES), u32(first), u32(MOST)),
    }
    const handles = await tpm.run(command, ({ parameters }) => {
      parameters.u8() // whether there are more
      parameters.u32()
      const count = parameters.u32()
      demand(count <= MOST, 'store', 'more handles than were asked for')
      return Array.from({ length: count }, () => parameters.u32())
    })
    for (const handle of handles) await flush(tpm, handle)
  }
}
