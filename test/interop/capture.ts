import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The kernel hands frames over in blocks, the last one after a while. */
const HANDED_OVER_MS = 1_000

/** What passes one port of this machine, as tshark decodes it. */
export class Capture implements AsyncDisposable {
  readonly #port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'stolen-mode-capture-'))
  readonly #file = join(this.#folder, 'capture.pcap')
  readonly #process: ChildProcess
  #said = ''

  private constructor(port: number) {
    this.#port = port
    this.#process = spawn(
      'tshark',
      ['-i', 'lo', '-f', `tcp port ${port}`, '-B', '256', '-q', '-w', this.#file],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said += text))
  }

  /** @throws where this machine does not let us listen on the loopback interface */
  static async start(port: number): Promise<Capture> {
    const capture = new Capture(port)
    while (!capture.#said.includes('Capture started')) {
      if (capture.#process.exitCode !== null) throw new Error(`tshark: ${capture.#said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return capture
  }

  /** Nothing after this is captured. */
  async stop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, HANDED_OVER_MS))
    const closed = once(this.#process, 'close')
    this.#process.kill('SIGINT')
    await closed
  }

  /** Values of a field in the frames that pass a filter; one frame may hold many messages. */
  values(field: string, filter: string): string[] {
    return this.read('-Y', filter, '-T', 'fields', '-e', field)
      .split(/[\n,]/)
      .filter((value) => value !== '')
  }

  /** Frames that tshark cannot decode. */
  get malformed(): string {
    return this.read('-Y', '_ws.malformed')
  }

  private read(...args: readonly string[]): string {
    return execFileSync(
      'tshark',
      ['-r', this.#file, '-d', `tcp.port==${this.#port},diameter`, ...args],
      { encoding: 'utf8', maxBuffer: 256 * 1_048_576, stdio: ['ignore', 'pipe', 'ignore'] },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
