import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Open files a process needs for ten thousand connections and whatever else it does. */
const NEEDED = 11_000

/** The hard limit: Node raises its own to it. */
export function openFiles(): number {
  const limit = execFileSync('bash', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Infinity : Number(limit)
}

/** Why there can be no crowd here; '' where there can. */
export function tooFewFiles(): string {
  const files = openFiles()
  return files >= NEEDED ? '' : `only ${files} files may be open, of ${NEEDED}: raise ulimit -n`
}

/** What a crowd of sockets does. */
export interface SocketPlan {
  readonly port: number
  readonly sockets: number
  /** Where it comes from: any loopback address. */
  readonly address: string
  /** What they say as soon as they are connected, base64: one after the other takes the next of them. */
  readonly send: readonly string[]
  /** Reads nothing. */
  readonly isDeaf: boolean
  /** A text to be counted when it has come; '' for none. */
  readonly awaits: string
}

export interface SocketCounts {
  readonly open: number
  /** Sockets on which the awaited text has come. */
  readonly seen: number
  /** The first twelve characters of what came, and on how many sockets. */
  readonly heads: Readonly<Record<string, number>>
}

const CHILD = fileURLToPath(new URL('many-sockets-child.ts', import.meta.url))

/**
 * Ten thousand sockets in a process of their own: one process may not have the files for both ends, and
 * the crowd's work must not look like the server's.
 */
export class ManySockets implements AsyncDisposable {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(): Promise<ManySockets> {
    const why = tooFewFiles()
    if (why !== '') throw new Error(why)
    const child = fork(CHILD, { execArgv: ['--import', 'tsx'] })
    await once(child, 'spawn')
    return new ManySockets(child)
  }

  /** @returns once each of them was connected or sent away */
  dial(plan: Pick<SocketPlan, 'port' | 'sockets'> & Partial<SocketPlan>): Promise<SocketCounts> {
    return this.ask({ address: '127.0.0.1', send: [''], isDeaf: false, awaits: '', ...plan })
  }

  counts(): Promise<SocketCounts> {
    return this.ask(null)
  }

  private async ask(plan: SocketPlan | null): Promise<SocketCounts> {
    const answer = once(this.#child, 'message')
    this.#child.send(plan as SocketPlan)
    const [counts] = (await answer) as [SocketCounts]
    return counts
  }

  /** All of them go at once, without a goodbye. */
  async leave(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave()
  }
}
