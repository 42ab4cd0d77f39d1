import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { h2load, isInstalled, type Loaded } from './h2load.ts'
import { nodeLoad } from './node-load.ts'
import type { Counted } from './n5g-child.ts'
import { startNginx } from './n5g-nginx.ts'
import { questions } from './n5g-numbers.ts'
import { startN5gServer, type BenchServer } from './n5g-server.ts'

const [CLIENTS, STREAMS] = [8, 32]
const WARM_UP = 40_000

export interface N5gBenchOptions {
  /** Of each load. */
  readonly requests: number
  readonly rounds: number
  /** Told what is measured next. */
  readonly onStep?: (text: string) => void
}

/** Medians of the rounds. */
export interface N5gRow {
  readonly server: BenchServer['name']
  readonly perSecond: number
  /** Answers in a second of the server's processor time: what other programs take does not count. */
  readonly perCpuSecond: number
}

export interface N5gFigures {
  readonly rows: readonly N5gRow[]
  /** Edge by bare, of the same round; the median. */
  readonly ofBare: { readonly perSecond: number; readonly perCpuSecond: number }
  /** nghttp2's generator, or where it is not installed Node's client: then the client is the limit. */
  readonly load: 'h2load' | 'node'
  /** Server and load generator each had a core of their own. */
  readonly isPinned: boolean
  /** What the edge counted is what was asked, answer by answer. */
  readonly isExact: boolean
}

interface Round {
  readonly name: BenchServer['name']
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly isExact: boolean
}

/**
 * N5g-eir on one core beside a bare Node handler and, where it is installed, nginx, by turns. Each is
 * started anew for each round: from start to start a process may differ by some percent.
 */
export async function benchN5g(options: N5gBenchOptions): Promise<N5gFigures> {
  const load = (await isInstalled('h2load')) ? 'h2load' : 'node'
  const isPinned = availableParallelism() > 1 && (await isInstalled('taskset'))
  const wrap = isPinned ? ['taskset', '-c', '0'] : []
  const starts: (() => Promise<BenchServer>)[] = [
    () => startN5gServer('edge', wrap),
    () => startN5gServer('bare', wrap),
  ]
  if (await isInstalled('nginx')) starts.push(() => startStatic(wrap))
  const measured: Round[][] = starts.map(() => [])
  for (let round = 0; round < options.rounds; round++)
    for (const [i, start] of starts.entries()) {
      const one = await measure(start, { load, isPinned, requests: options.requests })
      measured[i]!.push(one)
      options.onStep?.(`${one.name}: ${one.perSecond}/s`)
    }
  const [edge, bare] = measured
  const ofBare = (of: 'perSecond' | 'perCpuSecond') =>
    Math.round(100 * median(edge!.map((round, i) => round[of] / bare![i]![of]))) / 100
  return {
    rows: measured.map(rowOf),
    ofBare: { perSecond: ofBare('perSecond'), perCpuSecond: ofBare('perCpuSecond') },
    load,
    isPinned,
    isExact: edge!.every((round) => round.isExact),
  }
}

interface Measure {
  readonly load: N5gFigures['load']
  readonly isPinned: boolean
  readonly requests: number
}

/** A server's life: started, warmed up, measured. */
async function measure(
  start: () => Promise<BenchServer>,
  { load, isPinned, requests }: Measure,
): Promise<Round> {
  const server = await start()
  const { name, port, pid } = server
  const ask = async (count: number) => {
    const asked = { uris: questions(port), requests: count, clients: CLIENTS, streams: STREAMS }
    const loaded =
      load === 'h2load'
        ? await h2load({ ...asked, ...(isPinned && { cpu: 1 }) })
        : await nodeLoad(asked)
    demandAll(name, loaded, count)
    return loaded
  }
  let counted: Counted | null = null
  let round: Omit<Round, 'isExact'>
  try {
    await ask(WARM_UP)
    const before = cpuSecondsOf(pid)
    const { perSecond } = await ask(requests)
    const perCpuSecond = Math.round(requests / (cpuSecondsOf(pid) - before))
    round = { name, perSecond: Math.round(perSecond), perCpuSecond }
  } finally {
    counted = await server.stop()
  }
  const isExact = counted?.received === WARM_UP + requests && counted.isBalanced
  return { ...round, isExact }
}

function demandAll(name: string, { statuses, errored }: Loaded, requests: number): void {
  if (statuses[0] !== requests || errored !== 0)
    throw new Error(`${name}: ${statuses[0]} of ${requests} questions were answered`)
}

async function startStatic(wrap: readonly string[]): Promise<BenchServer> {
  const port = await freePort()
  const { pid, stop } = await startNginx(port, wrap)
  await wait(500)
  return { name: 'nginx, a file', port, pid, stop: () => stop().then(() => null) }
}

function rowOf(rounds: readonly Round[]): N5gRow {
  return {
    server: rounds[0]!.name,
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    perCpuSecond: median(rounds.map(({ perCpuSecond }) => perCpuSecond)),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
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
