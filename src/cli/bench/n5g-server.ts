import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Counted } from './n5g-child.ts'

// Always what is built: a process of its own cannot load our sources.
const CHILD = fileURLToPath(
  new URL('./n5g-child.js', import.meta.url).href.replace('/src/cli/', '/dist/cli/'),
)

/** A server in a process of its own. */
export interface BenchServer {
  readonly name: 'edge' | 'bare Node http2' | 'nginx, a file'
  readonly port: number
  readonly pid: number
  /** @returns what it counted, where it counts */
  stop(): Promise<Counted | null>
}

/** @param wrap what the command line begins with: `taskset` and a core, or nothing */
export async function startN5gServer(
  role: 'edge' | 'bare',
  wrap: readonly string[],
): Promise<BenchServer> {
  const [program, ...args] = [...wrap, process.execPath, CHILD, role]
  const child = spawn(program!, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = (await Promise.race([once(child, 'message'), ended(child)])) as [number]
  return {
    name: role === 'edge' ? 'edge' : 'bare Node http2',
    port,
    pid: child.pid!,
    stop: async () => {
      child.send('stop')
      const [counted] = (await Promise.race([once(child, 'message'), ended(child)])) as [Counted]
      return counted
    },
  }
}

async function ended(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error('a server of the bench ended')
}
