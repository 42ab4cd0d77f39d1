import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sweepBuffersAtOnce } from '../sweep-buffers.ts'
import { FreeDiameter } from './free-diameter.ts'
import type { Setup } from './s13-child.ts'
import { S13Load, type Expected, type Measured } from './s13-load.ts'
import { Numbers } from './s13-numbers.ts'

// Always what is built: a process of its own cannot load our sources.
const built = (name: string) =>
  new URL(`./${name}.js`, import.meta.url).href.replace('/src/cli/', '/dist/cli/')

export interface S13BenchOptions {
  /** Listed numbers behind the judge. */
  readonly entries: number
  /** How long each load lasts. */
  readonly seconds: number
  /** Told what is measured next. */
  readonly onStep?: (text: string) => void
}

/** One load on one server. */
export interface Row extends Measured {
  /** 32 or 256 questions kept on their way, or an even rate of half of what 32 gave. */
  readonly load: '32 in flight' | '256 in flight' | 'half'
  /** Answers in a second of the server's processor time: what other programs take does not count. */
  readonly perCpuSecond: number
}

export interface S13Figures {
  readonly entries: number
  readonly edge: readonly Row[]
  /** A bare TCP server with a Set, in the same run. */
  readonly bare: readonly Row[]
  /** freeDiameter with a constant answer, or why there is none. */
  readonly freeDiameter: readonly Row[] | string
}

/** Measures S13 on this machine: the server on one core, who asks it on another. */
export async function benchS13(options: S13BenchOptions): Promise<S13Figures> {
  const { entries, seconds } = options
  sweepBuffersAtOnce() // of who asks, too: its pauses would be the server's
  const numbers = new Numbers(entries)
  const onStep = options.onStep ?? (() => undefined)
  const expected: Expected = (imei) => (numbers.isListed(imei) ? 1 : 0)
  const own = async (role: Setup['role']) => {
    onStep(`${role}: ${numbers.count} entries`)
    const setup: Setup = { role, entries }
    const child = fork(fileURLToPath(built('s13-child')), [JSON.stringify(setup)])
    try {
      const [port] = (await Promise.race([once(child, 'message'), ended(child)])) as [number]
      return await measure({ port, pid: child.pid!, numbers, expected, seconds, onStep })
    } finally {
      child.disconnect()
    }
  }
  return {
    entries: numbers.count,
    edge: await own('edge'),
    bare: await own('bare'),
    freeDiameter: await freeDiameter(numbers, seconds, onStep),
  }
}

async function ended(child: ReturnType<typeof fork>): Promise<never> {
  await once(child, 'exit')
  throw new Error('the server of the bench ended')
}

async function freeDiameter(
  numbers: Numbers,
  seconds: number,
  onStep: (text: string) => void,
): Promise<readonly Row[] | string> {
  if (!FreeDiameter.isInstalled()) return 'not installed: scripts/interop-prepare.sh'
  onStep('freeDiameter')
  const [port, nowhere] = [await freePort(), await freePort()]
  await using server = new FreeDiameter({
    originHost: 'eir.example',
    neighbours: [{ originHost: 'mme.example', port: nowhere }], // it dials; known by this line
    port,
    s13: 'server\n',
  })
  await server.listens()
  return await measure({ port, pid: server.pid, numbers, expected: () => 0, seconds, onStep })
}

interface Measuring {
  readonly port: number
  readonly pid: number
  readonly numbers: Numbers
  readonly expected: Expected
  readonly seconds: number
  readonly onStep: (text: string) => void
}

const WARM_UP_MS = 1_500

async function measure(measuring: Measuring): Promise<Row[]> {
  const { port, pid, numbers, expected, seconds } = measuring
  const load = await S13Load.open(port, numbers, expected)
  const row = async (name: Row['load'], run: () => Promise<Measured>): Promise<Row> => {
    const before = cpuSecondsOf(pid)
    const measured = await run()
    const cpuSeconds = cpuSecondsOf(pid) - before
    const perCpuSecond = Math.round((measured.perSecond * seconds) / cpuSeconds)
    measuring.onStep(`${name}: ${measured.perSecond} a second`)
    return { load: name, ...measured, perCpuSecond }
  }
  try {
    await load.full(32, WARM_UP_MS)
    const few = await row('32 in flight', () => load.full(32, seconds * 1000))
    const many = await row('256 in flight', () => load.full(256, seconds * 1000))
    const half = few.perSecond / 2
    await wait(100)
    return [few, many, await row('half', () => load.paced(half, seconds * 1000))]
  } finally {
    load.close()
  }
}

/** User and system time of a process so far (Linux: proc(5), in ticks of 10 ms). */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
