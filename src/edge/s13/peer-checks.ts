import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import type { Asker, Judge } from '../checks.ts'
import type { Counters, Outcome } from '../counters.ts'
import { RESULT } from './dictionary.ts'
import type { EcaWriter } from './eca.ts'
import type { EcrReader } from './ecr.ts'
import type { Replies } from './replies.ts'

export interface PeerChecksOptions {
  readonly asker: Asker
  readonly judge: Judge
  readonly counters: Counters
  readonly ecr: EcrReader
  readonly eca: EcaWriter
  readonly logger: Logger
}

const UNABLE_TO_COMPLY = { result: RESULT.unableToComply, failed: null }
const TOO_BUSY = { result: RESULT.tooBusy, failed: null }

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
    const { asker, judge, ecr, eca, logger } = this.#options
    const { imei14, svn, imsi } = ecr
    try {
      const { status, outcome } = judge({ imei14, svn, imsi, asker })
      eca.writeVerdict(replies, ecr, status)
      return outcome
    } catch (error) {
      const isBusy = error instanceof Refusal && error.code === 'rate-limited'
      eca.writeFault(replies, ecr, isBusy ? TOO_BUSY : UNABLE_TO_COMPLY)
      if (isBusy) return 'overloaded'
      if (!(error instanceof Refusal)) logger.error({ err: error }, 'check failed')
      return 'failed'
    }
  }
}
