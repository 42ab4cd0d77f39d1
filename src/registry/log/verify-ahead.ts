import { Worker } from 'node:worker_threads'
import { equal, slotBytes, type Authorities, type VerifyEs256 } from '../../core/index.ts'
import type { Submission } from './submission.ts'
import { pack, type Question } from './verify-batch.ts'

/** Fewer than this are verified sooner than they are handed over. */
const WORTH_IT = 16
/** Answers nobody fetched: orders refused before their signatures were looked at. */
const MAX_KEPT = 100_000

// Always the built file, as for the embedded database: a worker thread cannot load our sources.
const WORKER = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/registry/log/verify-worker.js'
    : './verify-worker.js',
  import.meta.url,
)

interface Asked {
  readonly question: Question
  readonly answered: () => void
}

interface Answer {
  readonly question: Question
  readonly valid: boolean
}

/**
 * Verifies the signatures of orders that wait, on another thread, while the turn before theirs is at
 * work: under load, a third of what a sequencer has to do. Decides nothing: the law asks `verify` as
 * ever, and what was not foreseen, or foreseen with another key, is verified when it asks.
 */
export class VerifyAhead {
  readonly #now: VerifyEs256
  /** By signature; whether key and message are the same is looked at when it is asked for. */
  readonly #answers = new Map<string, Answer>()
  #gathered: Asked[] = []
  /** In the worker's hands, batch by batch. */
  readonly #sent: (readonly Asked[])[] = []
  #worker: Worker | null = null
  #closed = false

  constructor(now: VerifyEs256) {
    this.#now = now
  }

  readonly verify: VerifyEs256 = (key, message, signature) => {
    const id = idOf(signature)
    const known = this.#answers.get(id)
    if (known === undefined) return this.#now(key, message, signature)
    this.#answers.delete(id)
    return isSame(known.question, key, message) ? known.valid : this.#now(key, message, signature)
  }

  /** Resolves when nothing more can be known. `t`: log time in ms that the order will have at least. */
  begin(submission: Submission, authorities: Authorities, t: number): Promise<unknown> {
    const questions = foreseen(submission, authorities, t)
    if (this.#gathered.length === 0) setImmediate(() => this.send())
    return Promise.all(
      questions.map(
        (question) => new Promise<void>((answered) => this.#gathered.push({ question, answered })),
      ),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
  }

  private send(): void {
    const batch = this.#gathered
    this.#gathered = []
    if (batch.length < WORTH_IT || this.#closed) return leave(batch)
    const packed = pack(batch.map(({ question }) => question))
    this.#sent.push(batch)
    this.worker().postMessage(packed, [packed.buffer])
  }

  private worker(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(WORKER, { execArgv: [] })
    worker.unref()
    worker.on('message', (valid: Uint8Array) => this.receive(valid))
    // Without it everything is verified as late as ever.
    const gone = () => {
      if (this.#worker === worker) this.#worker = null
      for (const batch of this.#sent.splice(0)) leave(batch)
    }
    worker.on('error', gone)
    worker.on('exit', gone)
    return (this.#worker = worker)
  }

  private receive(valid: Uint8Array): void {
    if (this.#answers.size > MAX_KEPT) this.#answers.clear()
    for (const [i, { question, answered }] of (this.#sent.shift() ?? []).entries()) {
      this.#answers.set(idOf(question[2]), { question, valid: valid[i] === 1 })
      answered()
    }
  }
}

/** Nobody looks ahead for these. */
function leave(batch: readonly Asked[]): void {
  for (const { answered } of batch) answered()
}

function idOf(signature: Uint8Array): string {
  const { buffer, byteOffset, length } = signature
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}

function isSame([key, message]: Question, askedKey: Question[0], asked: Uint8Array): boolean {
  return equal(key.x, askedKey.x) && equal(key.y, askedKey.y) && equal(message, asked)
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
