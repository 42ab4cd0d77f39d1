import { slotBytes, toHex, type Authorities, type VerifyEs256 } from '../../core/index.ts'
import { es256VerifierAside, sha256Fast } from '../../host/index.ts'
import type { Submission } from './submission.ts'

type Question = Parameters<VerifyEs256>

/**
 * Files and signatures share Node's four threads: sixteen keep a file waiting for a millisecond, and
 * with fewer the threads fall asleep between two.
 */
const AT_ONCE = 16
/** Answers nobody fetched: orders refused before their signatures were looked at. */
const MAX_KEPT = 100_000

/**
 * Verifies the signatures of orders that wait, while the turn before theirs waits for the disk: half
 * of a sequencer's work. Decides nothing: the law asks `verify` as ever, and what was not foreseen,
 * or foreseen with another key, is verified when it asks.
 */
export class VerifyAhead {
  readonly #now: VerifyEs256
  readonly #aside = es256VerifierAside()
  /** By everything the answer depends on. */
  readonly #answers = new Map<string, boolean>()
  readonly #queue: (() => Promise<void>)[] = []
  #running = 0

  constructor(now: VerifyEs256) {
    this.#now = now
  }

  readonly verify: VerifyEs256 = (...question) => {
    const id = idOf(question)
    const known = this.#answers.get(id)
    if (known === undefined) return this.#now(...question)
    this.#answers.delete(id)
    return known
  }

  /** Resolves when the answers are there. `t`: log time in ms that the order will have at least. */
  begin(submission: Submission, authorities: Authorities, t: number): Promise<unknown> {
    if (this.#answers.size > MAX_KEPT) this.#answers.clear()
    return Promise.all(
      foreseen(submission, authorities, t).map(
        (question) =>
          new Promise<void>((resolve) => {
            this.#queue.push(() => this.answer(question).then(resolve))
            this.next()
          }),
      ),
    )
  }

  private async answer(question: Question): Promise<void> {
    try {
      this.#answers.set(idOf(question), await this.#aside(...question))
    } catch {
      // No answer is none: the law will ask again, and see for itself.
    }
  }

  private next(): void {
    if (this.#running >= AT_ONCE) return
    const work = this.#queue.shift()
    if (work === undefined) return
    this.#running++
    void work().finally(() => {
      this.#running--
      this.next()
    })
  }
}

/** Both lengths are fixed, so no two questions share an id. */
function idOf([{ x, y }, message, signature]: Question): string {
  return toHex(sha256Fast(Buffer.concat([x, y, signature, message])))
}

/** What the law will ask of certified raw keys. Passkeys and owners' keys it judges on its own. */
function foreseen({ kind, body }: Submission, authorities: Authorities, t: number): Question[] {
  if (kind !== 'order') return []
  return body.slots.flatMap((slot): Question[] => {
    if (slot.assertion !== null) return []
    try {
      // As of a leaf behind all others: a stopped key needs no answer.
      const { cert } = authorities.signer(slot.kid, t, Number.MAX_SAFE_INTEGER)
      return [[cert.key, slotBytes(body.contentType, slot.protected, body.payload), slot.signature]]
    } catch {
      return []
    }
  })
}
