import { Refusal } from '../core/index.ts'
import { PROBLEMS, type ProblemBody } from '../wire/index.ts'

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Stops a request: the answer is settled. */
export class Rejected extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`answered ${answer.status}`)
    this.answer = answer
  }
}

export function text(body: string): Answer {
  return { status: 200, contentType: 'text/plain; charset=utf-8', body }
}

export function json(body: object): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) }
}

/** The status is the step's, not the code's: C2SP gives each step of a witness its own. */
export function problem(status: number, refusal: Refusal): Answer {
  const { code, message, facts } = refusal
  const body: ProblemBody = {
    type: `/problems/${code}`,
    title: PROBLEMS[code].title,
    status,
    code,
    detail: message,
    ...(Object.keys(facts).length > 0 && { facts }),
  }
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) }
}

/** A bug or a broken disk: whole in the log, silent outside. */
export const INTERNAL: Answer = {
  status: 500,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: '/problems/internal',
    title: 'Something failed on our side',
    status: 500,
    code: 'internal',
  } satisfies ProblemBody),
}

/** Runs one step; its refusal becomes the answer of that step. */
export function orReject<T>(status: number, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof Refusal) throw new Rejected(problem(status, error))
    throw error
  }
}
