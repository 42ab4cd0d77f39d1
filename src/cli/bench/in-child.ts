import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Runs a built script of this folder in a process of its own, so that its memory is nobody else's.
 * @param name of the script, without ending
 * @returns what it printed, read as JSON
 */
export async function inChild<T>(
  name: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  const script = new URL(`./${name}.js`, import.meta.url).href.replace('/src/cli/', '/dist/cli/')
  const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  return JSON.parse(out) as T
}
