import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import type { Judge } from '../checks.ts'
import type { Outcome } from '../counters.ts'
import { PROBLEMS, VERDICTS, type Answer } from './answers.ts'
import type { RateLimit } from './rate-limit.ts'
import { readRequest } from './request.ts'
import type { Admission, TokenGate } from './token-gate.ts'

/** What answering takes. */
export interface Desk {
  readonly judge: Judge
  readonly gate: TokenGate
  /** Of all peers together. */
  readonly rate: RateLimit
  readonly logger: Logger
}

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, NGHTTP2_NO_ERROR } = constants
const ENDED = { endStream: true }

/**
 * Answers one question at once: nothing waits, so nothing can be lost or overtaken.
 * @param fault what is wrong with it whatever it asks
 */
export function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { caller, fault }: { readonly caller: Admission; readonly fault: Answer | null },
  desk: Desk,
): void {
  stream.on('error', ignore)
  // Taken back before it was read: no question, and so none to count.
  if (stream.closed || stream.destroyed) return
  const admission = fault ? caller : desk.gate(headers.authorization, caller)
  const { counters } = admission.peer
  counters.receive()
  let [answer, outcome]: readonly [Answer, Outcome] = [PROBLEMS.failure, 'failed']
  try {
    ;[answer, outcome] = fault ? [fault, 'invalid'] : decide(headers, admission, desk)
  } catch (error) {
    if (!(error instanceof Refusal)) desk.logger.error({ err: error }, 'check failed')
    else if (error.code === 'rate-limited') [answer, outcome] = [PROBLEMS.overloaded, 'overloaded']
  }
  counters.end(outcome)
  if (answer.body === null || headers[HTTP2_HEADER_METHOD] === 'HEAD')
    stream.respond(answer.headers, ENDED)
  else {
    stream.respond(answer.headers)
    stream.end(answer.body)
  }
}

/** The first thing that is wrong, in the order in which an edge looks; else the judge's word. */
function decide(
  headers: IncomingHttpHeaders,
  { peer, refusal }: Admission,
  { rate, judge }: Desk,
): readonly [Answer, Outcome] {
  const asked = readRequest({
    method: headers[HTTP2_HEADER_METHOD] as string,
    uri: headers[HTTP2_HEADER_PATH] as string | undefined,
    accept: headers.accept,
  })
  if ('headers' in asked) return [asked, 'invalid']
  if (refusal !== null) return [refusal, 'refused']
  if (!peer.rate.take()) return [PROBLEMS.tooFast, 'overloaded']
  if (!rate.take()) return [PROBLEMS.overloaded, 'overloaded']
  const { imei14, svn, imsi } = asked
  const { status, outcome } = judge({ imei14, svn, imsi, asker: peer.asker })
  return [status === null ? PROBLEMS.unknown : VERDICTS[status], outcome]
}

/** The peer went away: there is nobody left to answer. */
function ignore(): void {}

/** A body is not read; the stream must not wait for its end. */
export function dropBody(stream: ServerHttp2Stream): void {
  stream.once('finish', () => stream.close(NGHTTP2_NO_ERROR))
}
