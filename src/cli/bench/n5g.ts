import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { h2load, isInstalled, type Loaded } from './h2load.ts'
import { nodeLoad } from './node-load.ts'
import { startNginx } from './n5g-nginx.ts'
import { questions } from './n5g-numbers.ts'
import { startN5gServer, type BenchServer } from './n5g-server.ts'

const [CLIENTS, STREAMS] = [8, 32]

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
  readonly perSecond: number
  readonly perCpuSecond: number
}

/**
 * N5g-eir on one core beside a bare Node handler and, where it is installed, nginx: each in a process of
 * its own, loaded in turn by h2load, so that a busy machine slows all of them.
 */
export async function benchN5g(options: N5gBenchOptions): Promise<N5gFigures> {
  const load = (await isInstalled('h2load')) ? 'h2load' : 'node'
  const isPinned = availableParallelism() > 1 && (await isInstalled('taskset'))
  const wrap = isPinned ? ['taskset', '-c', '0'] : []
  const servers = [await startN5gServer('edge', wrap), await startN5gServer('bare', wrap)]
  if (await isInstalled('nginx')) servers.push(await startStatic(wrap))
  const rounds = new Map<BenchServer, Round[]>(servers.map((server) => [server, []]))
  let asked = 0
  try {
    // The first round warms up and does not count.
    for (let round = 0; round <= options.rounds; round++)
      for (const server of servers) {
        const measured = await measure(server, { load, isPinned, requests: options.requests })
        if (server.name === 'edge') asked += options.requests
        if (round > 0) rounds.get(server)!.push(measured)
        options.onStep?.(`${server.name}: ${measured.perSecond}/s`)
      }
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()))
    throw error
  }
  const [counted] = await Promise.all(servers.map((server) => server.stop()))
  const [edge, bare] = servers.map((server) => rounds.get(server)!)
  const ratio = (of: keyof Round) => median(edge!.map((round, i) => round[of] / bare![i]![of]))
  return {
    rows: servers.map((server) => rowOf(server.name, rounds.get(server)!)),
    ofBare: { perSecond: hundredths('perSecond'), perCpuSecond: hundredths('perCpuSecond') },
    load,
    isPinned,
    isExact: counted?.received === asked && counted.isBalanced,
  }
  function hundredths(of: keyof Round): number {
    return Math.round(ratio(of) * 100) / 100
  }
}

interface Measure {
  readonly load: N5gFigures['load']
  readonly isPinned: boolean
  readonly requests: number
}

async function measure(
  { name, port, pid }: BenchServer,
  { load, isPinned, requests }: Measure,
): Promise<Round> {
  const before = cpuSecondsOf(pid)
  const options = { uris: questions(port), requests, clients: CLIENTS, streams: STREAMS }
  const loaded =
    load === 'h2load'
      ? await h2load({ ...options, ...(isPinned && { cpu: 1 }) })
      : await nodeLoad(options)
  demandAll(name, loaded, requests)
  const perCpuSecond = Math.round(requests / (cpuSecondsOf(pid) - before))
  return { perSecond: Math.round(loaded.perSecond), perCpuSecond }
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

function rowOf(server: BenchServer['name'], rounds: readonly Round[]): N5gRow {
  const of = (key: keyof Round) => median(rounds.map((round) => round[key]))
  return { server, perSecond: of('perSecond'), perCpuSecond: of('perCpuSecond') }
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
