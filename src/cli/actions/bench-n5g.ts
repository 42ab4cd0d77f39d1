import { benchN5g, type N5gFigures } from '../bench/n5g.ts'
import { EXIT, print, say } from '../out.ts'

const TARGET = { perSecond: 25_000, ofBare: 0.8 }

interface Options {
  readonly requests: number
  readonly rounds: number
  readonly json?: boolean
}

/** N5g-eir on one core, beside what Node and nginx can do at all. */
export async function benchN5gRate({ json = false, ...load }: Options): Promise<void> {
  const figures = await benchN5g({ ...load, onStep: say })
  const [edge] = figures.rows
  const ok =
    figures.isExact &&
    figures.ofBare.perSecond >= TARGET.ofBare &&
    (edge?.perSecond ?? 0) >= TARGET.perSecond
  print(json, { ok, target: TARGET, ...figures }, text(figures))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

function text({ rows, ofBare, isPinned, isExact }: N5gFigures): string {
  const lines = rows.map(
    ({ server, perSecond, perCpuSecond }) =>
      `${server.padEnd(16)} ${String(perSecond).padStart(8)}/s ${String(perCpuSecond).padStart(8)} per second of its processor`,
  )
  return [
    ...lines,
    `of bare: ${ofBare.perSecond} (by processor time ${ofBare.perCpuSecond}); targets ${TARGET.ofBare} and ${TARGET.perSecond}/s`,
    isExact ? 'counted exactly, answer by answer' : 'COUNTS DO NOT BALANCE',
    isPinned
      ? 'server and load generator had a core each'
      : 'server and load generator shared cores',
  ].join('\n')
}
