import { demand } from '../../core/index.ts'
import { ALG, CC, HIERARCHY, PASSWORD } from './codes.ts'
import { encodeNvPublic, type NvIndex } from './nv-index.ts'
import { readSignature } from './signature.ts'
import type { Tpm } from './tpm.ts'
import { EMPTY, concat, sized, u16, u64Of } from './writer.ts'

/** A handle, and a session or `PASSWORD`: who asks, and by which right. */
export interface Right {
  readonly handle: number
  readonly session: number
}

/** By the platform, whose password is empty until the boot loader sets one. */
export const PLATFORM: Right = { handle: HIERARCHY.platform, session: PASSWORD }

export async function defineSpace(tpm: Tpm, by: Right, index: NvIndex): Promise<void> {
  const parameters = concat(sized(EMPTY), sized(encodeNvPublic(index)))
  await tell(tpm, CC.nvDefineSpace, by, [by.handle], parameters)
}

/** @returns the TPMS_NV_PUBLIC. @throws {Refusal} store */
export async function readNvPublic(tpm: Tpm, handle: number): Promise<Uint8Array> {
  return tpm.run({ code: CC.nvReadPublic, handles: [handle] }, ({ parameters }) => {
    const area = parameters.sized(128)
    parameters.sized(66)
    return area
  })
}

/** @throws {Refusal} store */
export async function nvRead(tpm: Tpm, { handle, size }: NvIndex): Promise<Uint8Array> {
  const command = {
    code: CC.nvRead,
    handles: [handle, handle],
    sessions: [PASSWORD],
    parameters: concat(u16(size), u16(0)),
  }
  return tpm.run(command, ({ parameters }) => {
    const value = parameters.sized(size)
    demand(value.length === size, 'store', 'not all that the index holds')
    return value
  })
}

/** The parameters of SetBits, which is what a grant is signed for. */
export const setBitsParameters = (bits: bigint): Uint8Array => u64Of(bits)

export async function setBits(tpm: Tpm, by: Right, bits: bigint): Promise<void> {
  await tell(tpm, CC.nvSetBits, by, [by.handle, by.handle], setBitsParameters(bits))
}

export async function nvWrite(tpm: Tpm, by: Right, index: number, data: Uint8Array) {
  await tell(tpm, CC.nvWrite, by, [by.handle, index], concat(sized(data), u16(0)))
}

/** The index becomes SHA-256(what it holds ‖ data). */
export async function nvExtend(tpm: Tpm, handle: number, data: Uint8Array): Promise<void> {
  await tell(tpm, CC.nvExtend, { handle, session: PASSWORD }, [handle, handle], sized(data))
}

export async function nvIncrement(tpm: Tpm, handle: number): Promise<void> {
  await tell(tpm, CC.nvIncrement, { handle, session: PASSWORD }, [handle, handle], EMPTY)
}

/** A statement of the TPM about itself, and its signature: TPMS_ATTEST. */
export interface Attested {
  readonly statement: Uint8Array
  readonly signature: Uint8Array
}

/** Says, signed by a key of the TPM, what the index holds. @throws {Refusal} store */
export async function nvCertify(
  tpm: Tpm,
  key: number,
  { handle, size }: NvIndex,
  nonce: Uint8Array,
): Promise<Attested> {
  const command = {
    code: CC.nvCertify,
    handles: [key, handle, handle],
    sessions: [PASSWORD, PASSWORD],
    parameters: concat(sized(nonce), u16(ALG.null), u16(size), u16(0)),
  }
  return tpm.run(command, ({ parameters }) => ({
    statement: parameters.sized(512),
    signature: readSignature(parameters),
  }))
}

async function tell(
  tpm: Tpm,
  code: number,
  { session }: Right,
  handles: readonly number[],
  parameters: Uint8Array,
): Promise<void> {
  await tpm.tell({ code, handles, sessions: [session], parameters })
}
