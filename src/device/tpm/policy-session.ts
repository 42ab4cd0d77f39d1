import { demand, sha256, type PublicKey } from '../../core/index.ts'
import { ALG, CC, HIERARCHY, PASSWORD } from './codes.ts'
import { loadExternal } from './object-commands.ts'
import { using } from './places.ts'
import { approvedStatement, type Comparison, type Digest } from './policy.ts'
import { nameOf, verifyingArea } from './public-area.ts'
import type { Reader } from './reader.ts'
import { encodeSignature } from './signature.ts'
import type { Tpm } from './tpm.ts'
import { EMPTY, concat, sized, u16, u32 } from './writer.ts'

const POLICY_SESSION = 1
const NONCE_BYTES = 16

/** What somebody signed for a session. */
export interface Signed {
  readonly key: PublicKey
  readonly ref: Uint8Array
  /** Empty: it holds for every command. */
  readonly cpHash: Uint8Array
  readonly signature: Uint8Array
  /** Whether the signature covers this session's nonce. Else it holds in every session. */
  readonly isFresh?: boolean
}

/** The approver's word for a policy. */
export interface Approval {
  readonly key: PublicKey
  readonly ref: Uint8Array
  readonly policy: Digest
  readonly signature: Uint8Array
}

/** A policy session under way: each step adds to what it has shown. @throws {Refusal} store */
export class PolicySession {
  readonly #tpm: Tpm
  readonly handle: number
  /** The TPM's own, fresh: what a signature for this session alone covers. */
  readonly nonce: Uint8Array

  private constructor(tpm: Tpm, handle: number, nonce: Uint8Array) {
    this.#tpm = tpm
    this.handle = handle
    this.nonce = nonce
  }

  /** Begins one, works with it, and flushes it. */
  static async during<T>(tpm: Tpm, work: (session: PolicySession) => Promise<T>): Promise<T> {
    const command = {
      code: CC.startAuthSession,
      handles: [HIERARCHY.null, HIERARCHY.null],
      // Our nonce needs not be random: no HMAC is made in this session.
      parameters: concat(
        sized(new Uint8Array(NONCE_BYTES)),
        sized(EMPTY),
        new Uint8Array([POLICY_SESSION]),
        u16(ALG.null),
        u16(ALG.sha256),
      ),
      givesHandle: true,
    }
    const { handle, nonce } = await tpm.run(command, (answer) => {
      const nonce = answer.parameters.sized(64)
      // Without one, what is signed for this session alone would hold in every other.
      demand(nonce.length >= NONCE_BYTES, 'store', 'a session without a nonce')
      return { handle: answer.handle, nonce }
    })
    return using(tpm, Promise.resolve(handle), () => work(new PolicySession(tpm, handle, nonce)))
  }

  async signed({ key, ref, cpHash, signature, isFresh = false }: Signed): Promise<void> {
    const nonce = isFresh ? this.nonce : EMPTY
    await using(this.#tpm, loadExternal(this.#tpm, key), async (signer) => {
      const command = {
        code: CC.policySigned,
        handles: [signer, this.handle],
        parameters: concat(...[nonce, cpHash, ref].map(sized), u32(0), encodeSignature(signature)),
      }
      await this.#tpm.run(command, ({ parameters }) => {
        parameters.sized(16) // until when, and a ticket for that time: it holds for this session alone
        readTicket(parameters)
      })
    })
  }

  /** @throws {Refusal} store: the signature is not the approver's, or another policy was fulfilled */
  async authorized({ key, ref, policy, signature }: Approval): Promise<void> {
    const digest = sha256(approvedStatement(policy, ref))
    const ticket = await using(this.#tpm, loadExternal(this.#tpm, key), async (verifier) => {
      const command = {
        code: CC.verifySignature,
        handles: [verifier],
        parameters: concat(sized(digest), encodeSignature(signature)),
      }
      return this.#tpm.run(command, ({ parameters }) => readTicket(parameters))
    })
    const name = nameOf(verifyingArea(key))
    const parameters = concat(sized(policy), sized(ref), sized(name), ticket)
    await this.#step(CC.policyAuthorize, parameters)
  }

  async nv(index: number, { operand, operation }: Omit<Comparison, 'nvName'>): Promise<void> {
    await this.#tpm.tell({
      code: CC.policyNv,
      handles: [index, index, this.handle],
      sessions: [PASSWORD],
      parameters: concat(sized(operand), u16(0), u16(operation)),
    })
  }

  async or(branches: readonly Digest[]): Promise<void> {
    await this.#step(CC.policyOr, concat(u32(branches.length), ...branches.map(sized)))
  }

  async cpHash(cpHash: Uint8Array): Promise<void> {
    await this.#step(CC.policyCpHash, sized(cpHash))
  }

  async #step(code: number, parameters: Uint8Array): Promise<void> {
    await this.#tpm.tell({ code, handles: [this.handle], parameters })
  }
}

/** TPMT_TK_…: a tag, a hierarchy, a MAC of the TPM's own. */
function readTicket(parameters: Reader): Uint8Array {
  const [tag, hierarchy, hmac] = [parameters.u16(), parameters.u32(), parameters.sized(64)]
  return concat(u16(tag), u32(hierarchy), sized(hmac))
}
