import { randomUUID } from 'node:crypto'
import { bareCeiling, type Ceiling } from '../bench/bare-ceiling.ts'
import { openLogUnderTest, signHolds, type LogUnderTest } from '../bench/log-under-test.ts'
import { withSchema } from '../bench/own-schema.ts'
import { readConfig } from '../config.ts'
import { EXIT, print, say } from '../out.ts'
import { startThrowawayPostgres } from '../throwaway-postgres.ts'

const TARGET = 5_000
/** Orders that are on their way at once, and how many of them are signed beforehand. */
const LOADS = [
  { inFlight: 1, orders: 200 },
  { inFlight: 10, orders: 1_000 },
  { inFlight: 100, orders: 5_000 },
  { inFlight: 1_000, orders: 20_000 },
  // One full pool is published while the next is decided and a third gathers: each stays at its 1,000.
  { inFlight: 3_000, orders: 40_000 },
] as const
const LONGEST_MS = 6_000

const NOTES = [
  'each row after one load of warm-up, which is not counted',
  'orders are holds, each of another phone, signed before the clock starts: one ES256 verification each',
  'a witness cosigns each checkpoint over HTTP; it runs in the same process and its work counts',
  'left out: the guardian, which verifies on a machine of its own, and HTTP between client and registry',
  'the pool is not held open for more (0 ms, in the field 250): that wait would come on top',
]

interface Row {
  readonly inFlight: number
  /** Entries of a checkpoint, on average. */
  readonly pool: number
  readonly entriesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly ceiling: Ceiling
}

interface Measured {
  readonly engine: string
  readonly rows: readonly Row[]
}

export async function benchLog({ json = false }: { readonly json?: boolean }): Promise<void> {
  const engines: Measured[] = [
    { engine: 'embedded', rows: await measure('embedded', null) },
    await measureServer(),
  ]
  const best = engines.map(({ engine, rows }) => ({
    engine,
    ...rows.reduce((a, b) => (b.entriesPerSecond > a.entriesPerSecond ? b : a)),
  }))
  const ok = best.every(({ entriesPerSecond }) => entriesPerSecond >= TARGET)
  print(json, { ok, target: TARGET, best, engines, notes: NOTES }, table(engines))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

/** DATABASE_URL, in a schema that is dropped afterwards, or a server that is. */
async function measureServer(): Promise<Measured> {
  const { databaseUrl } = readConfig(process.env).secrets
  if (databaseUrl !== null) return { engine: 'DATABASE_URL', rows: await onServer(databaseUrl) }
  const server = startThrowawayPostgres({ fsync: true })
  try {
    return { engine: 'throw-away server, fsync on', rows: await onServer(server.url) }
  } finally {
    server.stop()
  }
}

function onServer(url: string): Promise<Row[]> {
  const schema = `bench_${randomUUID().replaceAll('-', '')}`
  return withSchema(url, schema, (own) => measure('server', own))
}

async function measure(engine: string, url: string | null): Promise<Row[]> {
  const world = await openLogUnderTest({
    database: url === null ? null : { url },
    poolMs: 0,
    operators: 1,
    guardian: false,
  })
  try {
    const rows: Row[] = []
    let phones = 0
    for (const { inFlight, orders } of LOADS) {
      say(`${engine}: ${inFlight} in flight …`)
      rows.push(await run(world, inFlight, signHolds(world.founding, phones, orders)))
      phones += orders
    }
    return rows
  } finally {
    await world.close()
  }
}

/** Each of `inFlight` clients submits its next order when the one before is acknowledged. */
async function run(
  { sequencer }: LogUnderTest,
  inFlight: number,
  signed: ReturnType<typeof signHolds>,
): Promise<Row> {
  const acknowledgements: number[] = []
  const checkpoints = new Set<number | undefined>()
  await Promise.all(signed.slice(0, inFlight).map((order) => sequencer.submit(order)))
  const waiting = signed.slice(inFlight).values()
  const start = performance.now()
  const client = async () => {
    for (const order of waiting) {
      const sent = performance.now()
      if (sent - start > LONGEST_MS) return
      await sequencer.submit(order)
      acknowledgements.push(performance.now() - sent)
      checkpoints.add(sequencer.published.newest?.checkpoint.size)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client))
  const seconds = (performance.now() - start) / 1000
  const pool = Math.round(acknowledgements.length / checkpoints.size)
  return {
    inFlight,
    pool,
    entriesPerSecond: Math.round(acknowledgements.length / seconds),
    p50Ms: quantile(acknowledgements, 0.5),
    p99Ms: quantile(acknowledgements, 0.99),
    ceiling: await bareCeiling(signed.slice(0, pool)),
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN) * 10) / 10
}

function table(engines: readonly Measured[]): string {
  const cell = (value: string | number) => String(value).padStart(11)
  const line = (values: readonly (string | number)[]) => values.map(cell).join('')
  const parts = engines.map(({ engine, rows }) =>
    [
      engine,
      line(['in flight', 'pool', 'entries/s', 'p50 ms', 'p99 ms', 'bare/s', 'of bare']),
      ...rows.map(({ inFlight, pool, entriesPerSecond, p50Ms, p99Ms, ceiling }) =>
        line([
          inFlight,
          pool,
          entriesPerSecond,
          p50Ms,
          p99Ms,
          ceiling.entriesPerSecond,
          `${Math.round((100 * entriesPerSecond) / ceiling.entriesPerSecond)} %`,
        ]),
      ),
    ].join('\n'),
  )
  return [
    ...parts,
    `target: ${TARGET} durable entries/s at the best pool`,
    'bare: one thread verifies the same signatures, then one write and one fsync for the same bytes',
    ...NOTES,
  ].join('\n')
}
