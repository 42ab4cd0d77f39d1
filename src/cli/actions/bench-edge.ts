import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { EXIT, print, say } from '../out.ts'

const MAIN = fileURLToPath(
  new URL('../main.js', import.meta.url).href.replace('/src/cli/', '/dist/cli/'),
)
const PARTS = ['index', 'starts', 'proof', 's13', 'n5g', 'propagation'] as const

interface Part {
  readonly name: (typeof PARTS)[number]
  readonly ok: boolean
  readonly figures: unknown
}

/** Everything the register is measured by, each part in a process of its own, one after the other. */
export async function benchEdge({ json = false }: { readonly json?: boolean }): Promise<void> {
  const parts: Part[] = []
  for (const name of PARTS) {
    say(`${name} …`)
    parts.push(await measure(name, json))
  }
  const ok = parts.every((part) => part.ok)
  const figures = Object.fromEntries(parts.map((part) => [part.name, part.figures]))
  const missed = parts.filter((part) => !part.ok).map(({ name }) => name)
  print(json, { ok, ...figures }, ok ? 'All targets met.' : `Targets missed: ${missed.join(', ')}`)
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

/** For people each part prints its own table. */
async function measure(name: Part['name'], json: boolean): Promise<Part> {
  const args = [MAIN, 'bench', name, ...(json ? ['--json'] : [])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', json ? 'pipe' : 'inherit', 2] })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { name, ok: code === EXIT.done, figures: json ? parsed(text) : null }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
