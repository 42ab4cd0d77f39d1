import type { Answer } from '../host/index.ts'

/** How add-checkpoint was answered since the start. */
export class AnswerCounts {
  readonly #counts = new Map<number, number>()

  counted(answer: Answer): Answer {
    this.#counts.set(answer.status, (this.#counts.get(answer.status) ?? 0) + 1)
    return answer
  }

  all(): readonly (readonly [status: number, count: number])[] {
    return [...this.#counts].toSorted(([a], [b]) => a - b)
  }
}

interface Reported {
  readonly evidence: number
  readonly logs: readonly {
    readonly origin: string
    readonly size: number | null
    readonly splitViews: number
    readonly status: string
  }[]
}

/** Prometheus text. An origin holds no quote or backslash that a key name could not. */
export function metricsOf({ evidence, logs }: Reported, answers: AnswerCounts): string {
  const label = (origin: string) => JSON.stringify(origin)
  const perLog = (name: string, value: (log: Reported['logs'][number]) => number) =>
    logs.map((log) => `${name}{origin=${label(log.origin)}} ${value(log)}`)
  return [
    '# TYPE cosigner_answers_total counter',
    ...answers.all().map(([status, n]) => `cosigner_answers_total{status="${status}"} ${n}`),
    '# TYPE cosigner_tree_size gauge',
    ...perLog('cosigner_tree_size', ({ size }) => size ?? 0),
    '# TYPE cosigner_split_views gauge',
    ...perLog('cosigner_split_views', ({ splitViews }) => splitViews),
    '# TYPE cosigner_ok gauge',
    ...perLog('cosigner_ok', ({ status }) => Number(status === 'ok')),
    '# TYPE cosigner_evidence gauge',
    `cosigner_evidence ${evidence}`,
    '',
  ].join('\n')
}
