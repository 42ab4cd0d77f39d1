import { concat, utf8, type PublicKey } from '../../core/index.ts'
import { rowOf } from './bits.ts'
import { CC, COMPARE, NV } from './codes.ts'
import { setBitsParameters } from './nv-commands.ts'
import { nvName, written, type NvIndex } from './nv-index.ts'
import {
  NO_POLICY,
  cpHash,
  policyAuthorize,
  policyNv,
  policySigned,
  type Digest,
} from './policy.ts'
import { nameOf, verifyingArea } from './public-area.ts'
import { u64Of } from './writer.ts'

/** In the platform's range: Registry of Reserved TPM 2.0 Handles. */
const HANDLE = {
  lock: 0x01405301,
  release: 0x01405302,
  counter: 0x01405303,
  anchor: 0x01405304,
  term: 0x01405305,
} as const
const COMMON = NV.platformCreate | NV.policyDelete | NV.authRead | NV.noDa
const BITS = COMMON | NV.policyWrite | NV.bits

/** Who has a say over one phone's store: the approver, for good, and the device itself. */
export interface Governed {
  /** Approves policies for the two lock indices and ends their terms, and nothing else. */
  readonly approver: PublicKey
  /** Thumbprint of the device attestation key. */
  readonly device: Uint8Array
}

/** Who may sign grants under a policy that the approver has approved, for a term. */
export interface GrantKeys {
  readonly police: PublicKey
  /** The owner's side: a raw key of this device alone, kept by somebody other than the force. */
  readonly owner: PublicKey
}

export type Act = 'lock' | 'release'

/** The indices of one phone, as they are before their first write. */
export type Indices = Readonly<Record<Act | 'term' | 'counter' | 'anchor', NvIndex>>

/** Four letters and the device: a signature for one phone or purpose never fits another. */
const ref = (purpose: string, device: Uint8Array) => concat(utf8(purpose), device)

export const refs = {
  approve: (act: Act, device: Uint8Array) => ref(act === 'lock' ? 'APLK' : 'APRL', device),
  police: (act: Act, device: Uint8Array) => ref(act === 'lock' ? 'LOCK' : 'RELE', device),
  owner: (device: Uint8Array) => ref('OWNR', device),
  term: (device: Uint8Array) => ref('TERM', device),
  remove: (device: Uint8Array) => ref('DELE', device),
}

export function indicesOf({ approver, device }: Governed): Indices {
  const name = nameOf(verifyingArea(approver))
  const bits = (act: Act) => ({
    handle: HANDLE[act],
    attributes: BITS,
    policy: policyAuthorize(name, refs.approve(act, device)),
    size: 8,
  })
  const remove = policyAuthorize(name, refs.remove(device))
  const open = COMMON | NV.authWrite
  return {
    lock: bits('lock'),
    release: bits('release'),
    term: {
      handle: HANDLE.term,
      attributes: BITS,
      policy: policySigned(NO_POLICY, name, refs.term(device)),
      size: 8,
    },
    counter: { handle: HANDLE.counter, attributes: open | NV.counter, policy: remove, size: 8 },
    anchor: { handle: HANDLE.anchor, attributes: open | NV.extend, policy: remove, size: 32 },
  }
}

/**
 * The policy that the approver approves: while that term lasts, police alone lock, police and owner
 * together release.
 */
export function grantPolicy(act: Act, governed: Governed, keys: GrantKeys, term: number): Digest {
  const { device } = governed
  const lasts = policyNv(NO_POLICY, {
    nvName: nvName(writtenIndices(governed).term),
    operand: u64Of(rowOf(term)),
    operation: COMPARE.equal,
  })
  const police = nameOf(verifyingArea(keys.police))
  const byPolice = policySigned(lasts, police, refs.police(act, device))
  if (act === 'lock') return byPolice
  return policySigned(byPolice, nameOf(verifyingArea(keys.owner)), refs.owner(device))
}

/** The one command that a signature is good for: SetBits of that index with those bits. */
export function setBitsHash(index: NvIndex, bits: bigint): Uint8Array {
  const name = nvName(index)
  return cpHash(CC.nvSetBits, [name, name], setBitsParameters(bits))
}

/** As they are once the phone is made. */
export function writtenIndices(governed: Governed): Indices {
  const { lock, release, term, counter, anchor } = indicesOf(governed)
  return {
    lock: written(lock),
    release: written(release),
    term: written(term),
    counter: written(counter),
    anchor: written(anchor),
  }
}
