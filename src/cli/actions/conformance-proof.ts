import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CASES, SUITE, overStdio, runCases } from '../../conformance/index.ts'
import { machine } from '../../host/index.ts'
import { BROKEN } from '../../sim/index.ts'
import { EXIT, bad, good, print, say, wrongUsage } from '../out.ts'
import { progressBar } from '../progress.ts'

const MAIN = fileURLToPath(
  new URL('../main.js', import.meta.url).href.replace('/src/cli/', '/dist/cli/'),
)

interface Device {
  /** Null: the reference phone, of which nothing is broken. */
  readonly name: string | null
  readonly says: string
  readonly fails: readonly string[]
}

interface Tried extends Device {
  readonly failed: readonly string[]
  /** What it failed is what it must fail. */
  readonly exact: boolean
}

/** The proof of the suite itself, with every device as a process of its own. */
export async function proveSuite(options: {
  readonly jobs?: number
  readonly only?: string
  readonly timeout: number
  readonly json?: boolean
}): Promise<void> {
  // One more than there are cores: a phone waits for its disk a third of the time.
  const { jobs = availableParallelism() + 1, only, timeout, json = false } = options
  const reference: Device = { name: null, says: 'the reference phone', fails: [] }
  const waiting = [reference, ...BROKEN].filter(({ name }) => only === undefined || name === only)
  if (waiting.length === 0) throw wrongUsage('no device of that name')
  const order = waiting.map(({ name }) => name)
  const bar = progressBar('cases', waiting.length * CASES.length)
  const tried: Tried[] = []
  const lane = async () => {
    for (let device = waiting.shift(); device !== undefined; device = waiting.shift())
      tried.push(await tryDevice(device, timeout, () => bar.advance(1)).then(told))
  }
  await Promise.all(Array.from({ length: jobs }, lane)).finally(() => bar.stop())
  tried.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const ok = tried.every(({ exact }) => exact)
  const text = [...tried.map(inLines), '', summary(tried)].join('\n')
  print(json, { ok, suite: SUITE, cases: CASES.length, devices: tried }, text)
  if (!ok) process.exitCode = EXIT.failed
}

/** Where nobody watches the bar, a line for each device as it is done: all of them take minutes. */
function told(device: Tried): Tried {
  if (!process.stderr.isTTY)
    say(`${device.exact ? 'as it must' : 'OTHERWISE'}: ${device.name ?? 'reference'}`)
  return device
}

async function tryDevice(device: Device, timeout: number, progress: () => void): Promise<Tried> {
  const { name, says, fails } = device
  const broken = name === null ? [] : ['--broken', name]
  const command = [process.execPath, MAIN, 'conformance', 'adapter', ...broken]
  const { results } = await runCases({
    open: overStdio({ command, timeoutMs: timeout * 1000 }),
    cases: CASES,
    suite: SUITE,
    random: machine.random,
    progress,
  })
  const failed = results
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
    .map(({ id }) => id)
  const exact = failed.length === fails.length && failed.every((id) => fails.includes(id))
  return { name, says, fails, failed, exact }
}

function inLines({ name, says, fails, failed, exact }: Tried): string {
  if (name === null)
    return exact
      ? good(`the reference phone passes all ${CASES.length} cases it can be asked`)
      : bad(`the reference phone fails ${failed.join(' ')}`)
  const mark = exact ? good('✓') : bad('✗')
  const missed = fails
    .filter((id) => !failed.includes(id))
    .map((id) => bad(`    not caught by ${id}`))
  const extra = failed.filter((id) => !fails.includes(id)).map((id) => bad(`    also fails ${id}`))
  return [
    `${mark} ${name.padEnd(22)} ${says}`,
    `    ${failed.join(' ')}`,
    ...missed,
    ...extra,
  ].join('\n')
}

function summary(tried: readonly Tried[]): string {
  const broken = tried.filter(({ name }) => name !== null)
  const exact = broken.filter((device) => device.exact).length
  return `${exact} of ${broken.length} broken devices fail exactly the cases meant for them.`
}
