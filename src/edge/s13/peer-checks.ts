import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import type { Asker, Judge } from '../checks.ts'
import type { Counters, Outcome } from '../counters.ts'
import type { Verdict } from '../verdict.ts'
import { RESULT } from './dictionary.ts'
import type { EcaWriter } from './eca.ts'
import type { EcrReader } from './ecr.ts'
import { plainFault } from './fault.ts'
import type { Replies } from './replies.ts'

export interface PeerChecksOptions {
  readonly asker: Asker
  readonly judge: Judge
  readonly counters: Counters
  readonly ecr: EcrReader
  readonly eca: EcaWriter
  readonly logger: Logger
}

/** The questions of one peer, each answered as it is read: none waits, so none can be lost. */
export class PeerChecks {
  readonly #options: PeerChecksOptions

  constructor(options: PeerChecksOptions) {
    this.#options = options
  }

  /** The ECR that stands in [start, end). A repeated one (T bit) is answered again. */
  answer(replies: Replies, bytes: Buffer, start: number, end: number): void {
    const { counters, ecr, eca } = this.#options
    counters.receive()
    const fault = ecr.read(bytes, start, end)
    if (fault) {
      eca.writeFault(replies, ecr, fault)
      counters.end('invalid')
    } else counters.end(this.judge(replies))
  }

  private judge(replies: Replies): Outcome {
    const { asker, judge, ecr, eca } = this.#options
    const { imei14, svn, imsi } = ecr
    let verdict: Verdict
    try {
      verdict = judge({ imei14, svn, imsi, asker })
    } catch (error) {
      return this.fail(replies, error)
    }
    eca.writeVerdict(replies, ecr, verdict.status)
    return verdict.outcome
  }

  private fail(replies: Replies, error: unknown): Outcome {
    const { ecr, eca, logger } = this.#options
    const isBusy = error instanceof Refusal && error.code === 'rate-limited'
    if (!(error instanceof Refusal)) logger.error({ err: error }, 'check failed')
    eca.writeFault(replies, ecr, plainFault(isBusy ? RESULT.tooBusy : RESULT.unableToComply))
    return isBusy ? 'overloaded' : 'failed'
  }
}
