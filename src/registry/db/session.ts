import { Worker } from 'node:worker_threads'
import { messages, protocol } from '@electric-sql/pglite'
import { concat } from '../../core/bytes.ts'
import { Refusal } from '../../core/refusal.ts'
import type { DurableFsOptions } from './durable-fs.ts'
import type { FromWorker, ToWorker } from './pglite-worker.ts'

type Message = messages.BackendMessage
type Frames = Uint8Array<ArrayBuffer>

const ANSWER_WITHIN_MS = 30_000
/** Opening may have to replay a long write-ahead log, or to create the database. */
const OPEN_WITHIN_MS = 120_000
/** SQLSTATE io_error. */
const IO_ERROR = '58030'
const READY: Message = { name: 'readyForQuery', length: 5, status: 'I' } as Message

// Always the built file: a worker thread knows nothing of tsx or vitest, and cannot load our
// sources. Tests run `tsc -b` first.
const WORKER = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/registry/db/pglite-worker.js'
    : './pglite-worker.js',
  import.meta.url,
)

/**
 * The main thread's end of the one backend an embedded database has. After a failing disk, a
 * thread that ended or one that stopped answering, it is over for good: Postgres has panicked, the
 * next statement would spin for ever, and only a new start recovers from the write-ahead log.
 */
export class Session {
  readonly #worker: Worker
  readonly #waiting: ((reply: Frames | null) => void)[] = []
  readonly #ended: Promise<void>
  readonly #onFatal: (reason: Refusal) => void
  readonly #answerWithinMs: number
  #fatal: Refusal | undefined
  #closing = false

  private constructor(
    options: DurableFsOptions,
    onFatal: (reason: Refusal) => void,
    answerWithinMs: number,
  ) {
    this.#onFatal = onFatal
    this.#answerWithinMs = answerWithinMs
    // execArgv: ours may name loaders that make no sense for a built file
    this.#worker = new Worker(WORKER, { workerData: options, execArgv: [] })
    this.#worker.on('message', (reply: FromWorker) => this.#waiting.shift()?.(reply))
    this.#worker.on('error', (error) => this.#end(`its thread failed: ${error.message}`))
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        if (!this.#closing) this.#end('its thread ended')
        resolve()
      })
    })
  }

  /** @throws {Refusal} fatal */
  static async open(
    options: DurableFsOptions,
    onFatal: (reason: Refusal) => void,
    answerWithinMs = ANSWER_WITHIN_MS,
  ): Promise<Session> {
    const session = new Session(options, onFatal, answerWithinMs)
    await session.#answer(OPEN_WITHIN_MS)
    if (session.#fatal !== undefined) {
      await session.close()
      throw session.#fatal
    }
    return session
  }

  /**
   * What a `PglitePgConnection` wants of a database; one for each client. Frames are held until
   * one of them asks for an answer: one trip to the thread for a statement instead of five.
   */
  channel() {
    let held: Uint8Array[] = []
    return {
      waitReady: Promise.resolve(),
      execProtocolStream: async (frame: Uint8Array): Promise<Message[]> => {
        held.push(frame)
        if (!ASKS_FOR_ANSWER.has(frame[0])) return []
        const frames = concat(...held)
        held = []
        return this.#exchange(frames as Frames)
      },
    }
  }

  async close(): Promise<void> {
    if (!this.#closing && this.#fatal === undefined) {
      this.#closing = true
      this.#worker.postMessage(null satisfies ToWorker)
    }
    const timer = setTimeout(() => void this.#worker.terminate(), ANSWER_WITHIN_MS)
    await this.#ended
    clearTimeout(timer)
  }

  async #exchange(frames: Frames): Promise<Message[]> {
    if (this.#closing || this.#fatal !== undefined) return refused(this.#fatal)
    const answer = this.#answer(this.#answerWithinMs)
    this.#worker.postMessage(frames satisfies ToWorker, [frames.buffer])
    const reply = await answer
    if (reply === null) return refused(this.#fatal)
    // Parsed on this side: structured cloning would strip an error of its SQLSTATE.
    const found: Message[] = []
    new protocol.Parser().parse(reply, (message) => found.push(message))
    const deadly = found.find(isDeadly)
    if (deadly === undefined) return found
    this.#end(`postgres reported ${deadly.code ?? 'no code'}, ${deadly.severity ?? 'no severity'}`)
    return [deadly, READY]
  }

  #answer(withinMs: number): Promise<Frames | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(`no answer within ${withinMs} ms`), withinMs)
      this.#waiting.push((reply) => {
        clearTimeout(timer)
        resolve(reply)
      })
    })
  }

  #end(reason: string): void {
    if (this.#fatal !== undefined) return
    this.#fatal = new Refusal('fatal', `the embedded database is over: ${reason}`)
    // terminate() also stops a thread that spins inside Postgres
    void this.#worker.terminate()
    for (const resolve of this.#waiting.splice(0)) resolve(null)
    if (!this.#closing) this.#onFatal(this.#fatal)
  }
}

/** The first byte of a frame: Sync, Flush, Query (PostgreSQL manual, message formats). */
const ASKS_FOR_ANSWER = new Set<number | undefined>([0x53, 0x48, 0x51])

function isDeadly(message: Message): message is messages.DatabaseError {
  if (!(message instanceof messages.DatabaseError)) return false
  return message.code === IO_ERROR || message.severity === 'PANIC' || message.severity === 'FATAL'
}

/** An answer instead of an exception: pg throws an 'error' event at the process for the latter. */
function refused(fatal: Refusal | undefined): Message[] {
  const error = new Refusal('fatal', fatal?.message ?? 'the embedded database is closed')
  error.name = 'error' // what makes it an ErrorResponse for PglitePgConnection
  return [error as unknown as Message, READY]
}
