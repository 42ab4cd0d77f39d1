import { concat, sha256 } from '../../core/index.ts'
import { ALG, NV } from './codes.ts'
import { sized, u16, u32 } from './writer.ts'

/** TPMS_NV_PUBLIC: what an index is, and what its name is made of. */
export interface NvIndex {
  readonly handle: number
  readonly attributes: number
  readonly policy: Uint8Array
  readonly size: number
}

export function encodeNvPublic({ handle, attributes, policy, size }: NvIndex): Uint8Array {
  return concat(u32(handle), u16(ALG.sha256), u32(attributes), sized(policy), u16(size))
}

/** Name of an index, 34 bytes. */
export function nvName(index: NvIndex): Uint8Array {
  return concat(u16(ALG.sha256), sha256(encodeNvPublic(index)))
}

/** The same index after its first write: it has another name from then on. */
export function written(index: NvIndex): NvIndex {
  return { ...index, attributes: index.attributes | NV.written }
}
