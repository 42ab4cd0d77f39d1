import { benchS13, type Row, type S13Figures } from '../bench/s13.ts'
import { EXIT, print, say } from '../out.ts'

const TARGET = { perSecond: 100_000, p99Ms: 2 }

const NOTES = [
  'each server in a process of its own, asked over one connection on 127.0.0.1; every answer is verified',
  'the judge looks into the register’s own index; half of the questions are about listed numbers; no sighting is written',
  'per CPU-s: answers in a second of the server’s own processor time, whatever else this machine does',
  'bare: a TCP server that looks one known message up in a Set and writes 200 bytes, without a protocol',
]

interface Options {
  readonly entries: number
  readonly seconds: number
  readonly json?: boolean
}

export async function benchS13Command({ entries, seconds, json = false }: Options): Promise<void> {
  const figures = await benchS13({ entries, seconds, onStep: (text) => say(`${text} …`) })
  const of = (load: Row['load']) => figures.edge.find((row) => row.load === load)!
  const ok = of('32 in flight').perSecond >= TARGET.perSecond && of('half').p99Ms < TARGET.p99Ms
  print(json, { ok, target: TARGET, ...figures, notes: NOTES }, table(figures))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

function table({ entries, edge, bare, freeDiameter }: S13Figures): string {
  const cell = (value: string | number) => String(value).padStart(14)
  const line = (values: readonly (string | number)[]) => values.map(cell).join('')
  const part = (name: string, rows: readonly Row[] | string) =>
    typeof rows === 'string'
      ? `${name}: ${rows}`
      : [
          name,
          line(['load', 'checks/s', 'per CPU-s', 'p50 ms', 'p99 ms']),
          ...rows.map(({ load, perSecond, perCpuSecond, p50Ms, p99Ms }) =>
            line([load, perSecond, perCpuSecond, p50Ms.toFixed(2), p99Ms.toFixed(2)]),
          ),
        ].join('\n')
  return [
    part(`edge, ${entries} numbers`, edge),
    part('bare', bare),
    part('freeDiameter, a constant answer', freeDiameter),
    `target: ${TARGET.perSecond} checks/s at 32 in flight, p99 below ${TARGET.p99Ms} ms at half of it`,
    ...NOTES,
  ].join('\n')
}
