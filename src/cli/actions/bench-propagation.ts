import { measurePropagation, type Propagation } from '../bench/propagation.ts'
import { EXIT, print, say } from '../out.ts'

const TARGET = { p50Ms: 700, p99Ms: 2_000 }

interface Options {
  readonly edges: number
  readonly orders: number
  readonly json?: boolean
}

/** How soon every register refuses a phone. */
export async function benchPropagation({ edges, orders, json = false }: Options): Promise<void> {
  say(`${edges} registers subscribe, then ${orders} locks, 20 a second …`)
  const measured = await measurePropagation(edges, orders)
  const { p50Ms, p99Ms, missed, twice } = measured
  const ok = p50Ms <= TARGET.p50Ms && p99Ms <= TARGET.p99Ms && missed === 0 && twice === 0
  print(json, { ok, target: TARGET, ...measured }, text(measured))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

function text(measured: Propagation): string {
  const { edges, orders, deliveries, missed, twice, p50Ms, p99Ms, maxMs, registers } = measured
  const slowest = Math.max(...registers.map(({ p99Ms: each }) => each ?? Number.NaN))
  return [
    `${orders} orders to ${edges} registers: ${deliveries} applied, ${missed} missed, ${twice} twice`,
    `signed → applied: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms (targets ${TARGET.p50Ms} and ${TARGET.p99Ms})`,
    `${registers.length} of them whole, which verify everything: slowest p99 by their own word ${Math.round(slowest)} ms from log time`,
    'registry, witness and guardian in one process, all registers in another, on this machine',
  ].join('\n')
}
