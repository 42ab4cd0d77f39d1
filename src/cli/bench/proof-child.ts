// A register in a process of its own, so that its memory is nobody else's. It is given what it needs as
// JSON; it answers with one line of JSON once it has proved the whole log.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fromBase64 } from '../../core/index.ts'
import { generateEs256, nodeVerifiers } from '../../host/index.ts'
import { readTrust } from '../../wire/index.ts'
import { startBenchRegister } from './bench-register.ts'

export interface Proved {
  /** From the start of the register until the last leaf counts. */
  readonly seconds: number
  /** Longest the thread was busy at a stretch, ms. */
  readonly longestTurnMs: number
  /** Heap and buffers that are held after a collection. */
  readonly heldBytes: number
  /** Memory of the process that is nobody's file, and all of it with the pages of its tables in memory. */
  readonly anonMb: number
  readonly rssMb: number
  /** What its orders take of the disk, beside the journal. */
  readonly ordersMb: number
}

/** What a register is started with. */
export interface ProofPlan {
  readonly root: string
  readonly origin: string
  readonly url: string
  readonly dataDir: string
  /** Leaves of the log. */
  readonly size: number
}

const POLL_MS = 5
const REST_MS = 1_000

async function prove(plan: ProofPlan): Promise<Proved> {
  const { origin, url, size, dataDir } = plan
  const begin = performance.now()
  const edge = await startBenchRegister({
    name: 'bench',
    signer: generateEs256().signer,
    trust: readTrust(fromBase64(plan.root), nodeVerifiers()),
    registries: [{ origin, url }],
    dataDir,
  })
  let longestTurnMs = 0
  while ((await provedSize(edge.adminUrl)) < size) {
    const before = performance.now()
    await wait(POLL_MS)
    longestTurnMs = Math.max(longestTurnMs, performance.now() - before - POLL_MS)
  }
  const seconds = (performance.now() - begin) / 1000
  await wait(REST_MS)
  globalThis.gc!()
  const { heapUsed, external } = process.memoryUsage()
  const { anonMb, rssMb } = await memory()
  const ordersMb = await ordersOnDisk(dataDir, origin)
  return {
    seconds,
    longestTurnMs: Math.round(longestTurnMs),
    heldBytes: heapUsed + external,
    anonMb,
    rssMb,
    ordersMb,
  }
}

async function ordersOnDisk(dataDir: string, origin: string): Promise<number> {
  const folder = join(dataDir, `log-${encodeURIComponent(origin)}`, 'orders')
  const { blocks } = await stat(join(folder, 'data.mdb'))
  return Math.round((blocks * 512) / 2 ** 20)
}

async function provedSize(adminUrl: string): Promise<number> {
  const health = (await (await fetch(`${adminUrl}/healthz`)).json()) as { guardedSize: number }
  return health.guardedSize
}

async function memory(): Promise<{ readonly anonMb: number; readonly rssMb: number }> {
  const text = await readFile('/proc/self/status', 'utf8')
  const mb = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)![1]) / 1024)
  return { anonMb: mb('RssAnon'), rssMb: mb('VmRSS') }
}

const proved = await prove(JSON.parse(process.argv[2] ?? '{}') as ProofPlan)
process.stdout.write(`${JSON.stringify(proved)}\n`, () => process.exit(0))
