import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../bin/stolen-mode.mjs', import.meta.url))

/** What a command said until it ended. */
interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly json: () => Record<string, unknown>
}

type Environment = Readonly<Record<string, string>>

/** Settings of the shell that runs the tests are not those of the tests. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^STOLEN_MODE_|^DATABASE_URL$/.test(name)),
)

/** `stolen-mode` as a process of its own, in a folder with a data folder that is not there yet. */
export function commandsIn(folder: string) {
  const running = new Set<ChildProcess>()
  const start = (args: readonly string[], environment: Environment = {}) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder,
      env: { ...inherited, STOLEN_MODE_DATA: join(folder, 'data'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    let out = ''
    let err = ''
    child.stdout.on('data', (part: Buffer) => (out += part.toString()))
    child.stderr.on('data', (part: Buffer) => (err += part.toString()))
    const ended = once(child, 'close').then(([code]): Ran => {
      running.delete(child)
      return { code: code as number | null, out, err, json: () => JSON.parse(out) as never }
    })
    return { child, ended, said: () => err }
  }
  return {
    start,
    /** Runs to the end. */
    run: (args: readonly string[], environment?: Environment) => start(args, environment).ended,
    /** Whatever still runs. */
    kill: () => {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}
