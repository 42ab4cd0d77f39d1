import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface LoadOptions {
  /** Asked in turn. */
  readonly uris: readonly string[]
  readonly requests: number
  /** Connections, and questions on their way on each. */
  readonly clients: number
  readonly streams: number
  /** Left out: wherever the machine likes. */
  readonly cpu?: number
}

export interface Loaded {
  readonly perSecond: number
  /** Answers by their first digit: 2xx, 3xx, 4xx, 5xx. */
  readonly statuses: readonly number[]
  /** Questions without an answer. */
  readonly errored: number
}

/** One run of nghttp2's load generator, HTTP/2 with prior knowledge. */
export async function h2load(options: LoadOptions): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-h2load-'))
  try {
    const file = join(folder, 'uris')
    await writeFile(file, options.uris.join('\n'))
    const { requests, clients, streams, cpu } = options
    const counts = ['-n', `${requests}`, '-c', `${clients}`, '-m', `${streams}`]
    const command = ['h2load', '-t', '1', ...counts, '-i', file]
    const [program, ...args] = cpu === undefined ? command : ['taskset', '-c', `${cpu}`, ...command]
    const { stdout } = await run(program!, args, { maxBuffer: 1 << 24 })
    const numbers = (pattern: RegExp) => (pattern.exec(stdout) ?? []).slice(1).map(Number)
    const [perSecond = Number.NaN] = numbers(/, ([0-9.]+) req\/s/)
    const [errored = Number.NaN] = numbers(/(\d+) errored/)
    const statuses = numbers(/status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/)
    return { perSecond, statuses, errored }
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function isInstalled(program: string): Promise<boolean> {
  return await run('which', [program]).then(
    () => true,
    () => false,
  )
}
