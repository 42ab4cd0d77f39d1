import type { Signer } from '../../src/core/index.ts'
import { Swtpm } from '../../src/device/testing/swtpm.ts'
import { CC, PASSWORD } from '../../src/device/tpm/codes.ts'
import type { NvIndex } from '../../src/device/tpm/nv-index.ts'
import { nvName } from '../../src/device/tpm/nv-index.ts'
import { PolicySession } from '../../src/device/tpm/policy-session.ts'
import { cpHash, signedStatement, type Digest } from '../../src/device/tpm/policy.ts'
import { Tpm } from '../../src/device/tpm/tpm.ts'
import { EMPTY, concat, sized, u16 } from '../../src/device/tpm/writer.ts'

/** In the owner's range. */
export const FREE_HANDLE = 0x01800001
export const OWNER = { handle: 0x40000001, session: PASSWORD }

/** A chip with nothing of ours on it. */
export class RawChip implements AsyncDisposable {
  readonly chip: Swtpm
  readonly tpm: Tpm

  private constructor(chip: Swtpm) {
    this.chip = chip
    this.tpm = new Tpm(chip.address)
  }

  static async start(): Promise<RawChip> {
    return new RawChip(await Swtpm.start())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tpm.close()
    await this.chip[Symbol.asyncDispose]()
  }
}

export async function undefineSpace(
  tpm: Tpm,
  by: { handle: number; session: number },
  index: number,
) {
  const command = { code: CC.nvUndefineSpace, handles: [by.handle, index], sessions: [by.session] }
  await tpm.tell(command)
}

/** The parameters of NV_Write, from the beginning of the index. */
const writeParameters = (data: Uint8Array) => concat(sized(data), u16(0))

/** The cpHash of writing exactly those bytes by the index's own policy. */
export function writeHash(index: NvIndex, data: Uint8Array): Uint8Array {
  return cpHash(CC.nvWrite, [nvName(index), nvName(index)], writeParameters(data))
}

/** What a party signs and shows. */
export interface Side {
  readonly signer: Signer
  /** What it claims to be signed by; the signer, where none is given. */
  readonly as?: Signer
  readonly ref: Uint8Array
}

/** Signs with no nonce for one command, or for one session too, and shows it. */
export async function showSigned(
  session: PolicySession,
  { signer, as = signer, ref }: Side,
  { hash = EMPTY, nonce = EMPTY }: { readonly hash?: Uint8Array; readonly nonce?: Uint8Array },
): Promise<void> {
  const signature = signer.sign(signedStatement({ nonce, cpHash: hash, ref }))
  const isFresh = nonce.length > 0
  await session.signed({ key: as.key, ref, cpHash: hash, signature, isFresh })
}

/** Shows all sides, then one branch of a PolicyOR, where there is one. */
export async function showSides(
  session: PolicySession,
  sides: readonly Side[],
  hash: Uint8Array,
  branches?: readonly Digest[],
): Promise<void> {
  for (const side of sides) await showSigned(session, side, { hash })
  if (branches) await session.or(branches)
}
