export interface Bar {
  readonly label: string
  readonly value: number
  /** As it is written beside the bar. */
  readonly text: string
}

const ROW = 32
const LABEL = 150
const WIDTH = 640
const VALUE = 110

/** Bars from zero, drawn here; the table beside it says the same. One series in one chart. */
export function Bars({
  title,
  bars,
  id,
}: {
  readonly title: string
  readonly bars: readonly Bar[]
  readonly id: string
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const length = (value: number) => Math.round((value / most) * (WIDTH - LABEL - VALUE))
  return (
    <svg
      class="app-chart"
      viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
      role="img"
      aria-labelledby={id}
    >
      <title id={id}>{title}</title>
      {bars.map(({ label, value, text }, i) => (
        <g>
          <text x="0" y={i * ROW + 21}>
            {label}
          </text>
          <rect x={LABEL} y={i * ROW + 4} width={length(value)} height={ROW - 8} />
          <text x={LABEL + length(value) + 8} y={i * ROW + 21}>
            {text}
          </text>
        </g>
      ))}
    </svg>
  )
}
