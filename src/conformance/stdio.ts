import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { AdapterFault, type OpenLink } from './adapter-link.ts'
import { Lockstep, type Carrier } from './lockstep.ts'
import { MAX_LINE } from './protocol.ts'

export interface StdioOptions {
  /** Program and its arguments: no shell reads them. */
  readonly command: readonly string[]
  /** Milliseconds until silence is a fault. */
  readonly timeoutMs: number
}

const END_WITHIN_MS = 5000
const LF = 0x0a

/** The maker's adapter as a process of its own, one JSON object per line on stdin and stdout. */
export function overStdio({ command, timeoutMs }: StdioOptions): OpenLink {
  return async () => {
    const [program, ...args] = command
    if (program === undefined) throw new AdapterFault('no command')
    // A group of its own, so that what it starts ends with it.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    return new Lockstep(new StdioCarrier(child, timeoutMs))
  }
}

class StdioCarrier implements Carrier {
  readonly #child: ChildProcess
  readonly #timeoutMs: number
  /** Of a line that has not ended yet. */
  #parts: Buffer[] = []
  #length = 0
  /** Set when a line came that nobody had asked for, or the process was lost. */
  #fault: string | null = null
  #waiting: { resolve: (line: string) => void; reject: (fault: AdapterFault) => void } | null = null

  constructor(child: ChildProcess, timeoutMs: number) {
    this.#child = child
    this.#timeoutMs = timeoutMs
    child.stdin!.on('error', () => undefined) // that it is gone is seen on its stdout
    child.on('error', () => this.#fail('the program could not be started'))
    child.stdout!.on('data', (chunk: Buffer) => this.#read(chunk))
    child.stdout!.on('end', () => this.#fail('the adapter ended'))
  }

  exchange(line: string): Promise<string> {
    if (this.#fault !== null) return Promise.reject(new AdapterFault(this.#fault))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail('no answer in time'), this.#timeoutMs)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          this.#waiting = null
          settle(value)
        }
      this.#waiting = { resolve: settled(resolve), reject: settled(reject) }
      this.#child.stdin!.write(`${line}\n`)
    })
  }

  async close(): Promise<void> {
    this.#fault ??= 'closed'
    const { pid } = this.#child
    const isRunning = () => this.#child.exitCode === null && this.#child.signalCode === null
    if (pid === undefined) return
    if (isRunning()) {
      const ended = once(this.#child, 'exit')
      this.#child.stdin!.end(`${JSON.stringify({ seq: 0, do: 'stop' })}\n`)
      const late = setTimeout(() => killGroup(pid), END_WITHIN_MS)
      await ended
      clearTimeout(late)
    }
    killGroup(pid)
    this.#child.stdout!.destroy()
  }

  #read(chunk: Buffer): void {
    let at = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      if (!this.#add(chunk.subarray(at, end))) return
      const line = Buffer.concat(this.#parts).toString()
      this.#parts = []
      this.#length = 0
      at = end + 1
      if (this.#waiting === null) return this.#fail('an answer that nobody asked for')
      this.#waiting.resolve(line)
    }
    this.#add(chunk.subarray(at))
  }

  /** False: the line is longer than any, and whoever writes it is heard no more. */
  #add(part: Buffer): boolean {
    this.#length += part.length
    if (this.#length <= MAX_LINE) this.#parts.push(part)
    else this.#fail('a longer line than any answer')
    return this.#length <= MAX_LINE
  }

  #fail(why: string): void {
    this.#fault ??= why
    this.#waiting?.reject(new AdapterFault(this.#fault))
    // What has begun to misbehave is not listened to any longer.
    this.#child.stdout!.destroy()
    const { pid } = this.#child
    if (pid !== undefined) killGroup(pid)
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the group is gone
  }
}
