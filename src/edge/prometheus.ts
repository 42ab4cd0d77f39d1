/** One figure of the Prometheus text format (0.0.4). */
export interface Metric {
  /** Without the prefix; counters end in `_total`. */
  readonly name: string
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly value: number
  /** No label holds an IMEI or IMSI. */
  readonly labels?: Readonly<Record<string, string>>
}

const PREFIX = 'stolen_edge_'
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => textOf(metric)).join('')
}

function textOf({ name, help, samples }: Metric): string {
  const full = PREFIX + name
  const type = name.endsWith('_total') ? 'counter' : 'gauge'
  const lines = samples.map(({ value, labels }) => `${full}${labelsOf(labels)} ${value}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n')
}

function labelsOf(labels: Sample['labels']): string {
  if (labels === undefined) return ''
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
