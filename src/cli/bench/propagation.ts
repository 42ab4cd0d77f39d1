import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { toBase64, type Signer } from '../../core/index.ts'
import { RegistersAnswer } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { progressBar } from '../progress.ts'
import type { CrowdPlan, CrowdReport } from './crowd.ts'
import {
  guarded,
  openLogUnderTest,
  proposeLocks,
  until,
  type LogUnderTest,
} from './log-under-test.ts'
import { quantileOf } from './quantile.ts'

const CROWD = fileURLToPath(new URL('./crowd.js', import.meta.url))
const REGISTERS = 10
/** Between two orders: 20 a second. */
const PACE_MS = 50

export interface Propagation {
  readonly edges: number
  readonly orders: number
  /** Orders × edges. */
  readonly deliveries: number
  readonly missed: number
  readonly twice: number
  /** From the moment the force and its second officer sign, over HTTP, until applied. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Of the whole registers alone, by their signed acknowledgements; from the order's log time. */
  readonly registers: readonly { readonly p50Ms: number | null; readonly p99Ms: number | null }[]
}

interface Order {
  readonly index: number
  readonly signedMs: number
}

/** Locks from two officers' signatures until 1,000 subscribed registers enforce them: ten of them whole. */
export async function measurePropagation(edges: number, orders: number): Promise<Propagation> {
  const world = await openLogUnderTest({
    database: null,
    poolMs: 250,
    operators: REGISTERS,
    guardian: true,
  })
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-crowd-'))
  const crowd = fork(CROWD, { execArgv: [] })
  try {
    await guarded(world)
    const drafts = await proposeLocks(world, orders)
    await guarded(world)
    crowd.send(planOf(world, edges, folder))
    await message(crowd)
    const signed = await approve(world, drafts)
    await guarded(world)
    await acknowledged(world)
    const registers = await registersOf(world)
    crowd.send('report')
    const report = (await message(crowd)) as CrowdReport
    return judge(report, signed, registers)
  } finally {
    crowd.kill()
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function planOf(
  { founding, sequencer, url }: LogUnderTest,
  edges: number,
  folder: string,
): CrowdPlan {
  const { checkpoint } = sequencer.published.newest!
  return {
    registryUrl: url,
    origin: checkpoint.origin,
    root: toBase64(founding.root),
    operatorPems: founding.operators.map(({ pem }) => pem),
    lightReaders: edges - REGISTERS,
    guardian: 'guardian.bench.example',
    folder,
    size: checkpoint.size,
  }
}

async function approve(
  { founding, url }: LogUnderTest,
  drafts: Awaited<ReturnType<typeof proposeLocks>>,
): Promise<Order[]> {
  const desk = new OfficerDesk(url, founding.officers[1]!.signer)
  const force: Signer = founding.forceOrder.signer
  const bar = progressBar('orders signed', drafts.length)
  const signing = drafts.map(async ({ draft }, i) => {
    await wait(i * PACE_MS)
    const signedMs = Date.now()
    const index = await desk.approve(draft, force)
    bar.advance(1)
    return { index, signedMs }
  })
  const orders = await Promise.all(signing)
  bar.stop()
  return orders
}

function judge(
  { applied, outOfTurn, registers: whole }: CrowdReport,
  orders: readonly Order[],
  registers: Propagation['registers'],
): Propagation {
  const times = applied.map((reader) => new Map(reader))
  const latencies = orders.flatMap(({ index, signedMs }) =>
    times.flatMap((reader) => {
      const at = reader.get(index)
      return at === undefined ? [] : [at - signedMs]
    }),
  )
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) => quantileOf(latencies, q)
  const missedByWhole = whole.reduce((sum, { stolen }) => sum + orders.length - stolen, 0)
  return {
    edges: times.length + whole.length,
    orders: orders.length,
    deliveries: latencies.length + whole.reduce((sum, { stolen }) => sum + stolen, 0),
    missed: orders.length * times.length - latencies.length + missedByWhole,
    twice: outOfTurn + whole.reduce((sum, { refused }) => sum + refused, 0),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: latencies.at(-1) ?? Number.NaN,
    registers,
  }
}

async function acknowledged(world: LogUnderTest): Promise<void> {
  await until(async () => {
    const { size, registers } = await askRegisters(world)
    return registers.length === REGISTERS && registers.every((one) => one.size === size)
  })
}

async function registersOf(world: LogUnderTest) {
  const { registers } = await askRegisters(world)
  return registers.map(({ p50Ms, p99Ms }) => ({ p50Ms, p99Ms }))
}

async function askRegisters({ url }: LogUnderTest) {
  return RegistersAnswer.parse(await (await fetch(`${url}/v1/registers`)).json())
}

function message(child: ReturnType<typeof fork>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the readers ended')))
  })
}
