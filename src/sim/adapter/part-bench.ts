import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, fromBase64, type PartType } from '../../core/index.ts'
import type { Ask } from '../../conformance/index.ts'
import { fittedParts, layPart, swapParts, type PartsIn } from '../../device/index.ts'

type Fit = Extract<Ask, { readonly do: 'fit' }>

/**
 * Where a phone is opened: its own parts lie on a shelf while others sit in their places. A tapped line
 * has all that its own parts ever said, and gives it for an answer.
 */
export class PartBench {
  readonly #dir: string
  readonly #shelf: string
  /** Last answers of its own parts. */
  readonly #heard = new Map<PartType, Uint8Array>()
  readonly #tapped = new Map<PartType, 'number' | 'answer'>()
  /** Places whose own part lies on the shelf. */
  readonly #out = new Set<PartType>()

  constructor(dir: string, shelf: string) {
    this.#dir = dir
    this.#shelf = shelf
  }

  /** What the phone finds in its places. */
  readonly partsIn: PartsIn = async (dir) => {
    const parts = await fittedParts(dir)
    return parts.map((part) => {
      const { type, signer } = part
      if (signer === null || this.#out.has(type)) return part
      const tapped = this.#tapped.get(type)
      const sign = (message: Uint8Array) => {
        if (tapped) return tapped === 'answer' ? this.#heard.get(type)! : new Uint8Array()
        const answer = signer.sign(message)
        this.#heard.set(type, answer)
        return answer
      }
      return { ...part, signer: { ...signer, sign } }
    })
  }

  /** @throws {Refusal} malformed: a part of others without its key */
  async fit({ type, what, key, origin }: Fit): Promise<void> {
    this.#tapped.delete(type)
    await this.#putBack(type)
    if (what === 'number' || what === 'answer') this.#tapped.set(type, what)
    if (what !== 'other') return
    demand(key !== undefined && origin !== undefined, 'malformed', 'expected a key and an origin')
    await layPart(this.#shelf, type, { pem: key, origin: fromBase64(origin) })
    await swapParts(this.#dir, this.#shelf, type)
    this.#out.add(type)
  }

  /** Its own part, out of the shelf; what sat there goes away. */
  async #putBack(type: PartType): Promise<void> {
    if (!this.#out.delete(type)) return
    await swapParts(this.#dir, this.#shelf, type)
    await rm(join(this.#shelf, 'parts', type), { recursive: true })
  }
}
