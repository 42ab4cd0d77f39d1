import { styleText } from 'node:util'
import { CommanderError } from 'commander'
import { Refusal } from '../core/refusal.ts'

/** Exit codes are API; CLI help lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, found: 3, later: 75, interrupted: 130 } as const

/** Data goes to stdout: one JSON value, or lines for people. */
export function print(json: boolean, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** Talk goes to stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

const styled = (style: 'bold' | 'green' | 'red') => (text: string) =>
  process.stdout.isTTY && process.stdout.hasColors() && !process.env['NO_COLOR']
    ? styleText(style, text)
    : text
export const strong = styled('bold')
export const good = styled('green')
export const bad = styled('red')

/** Wrong usage that only the action can see: exit code 2. */
export function wrongUsage(detail: string): CommanderError {
  say(`error: ${detail}\n(--help shows what can be said)`)
  return new CommanderError(EXIT.usage, 'usage', detail)
}

/** Shows a failure in a sentence with its code, and gives the exit code it deserves. */
export async function fail(error: unknown, json: boolean): Promise<number> {
  // What failed has loaded them already; `--help` need not.
  const { PROBLEMS } = await import('../wire/problems.ts')
  if (!(error instanceof Refusal)) {
    const { withoutImeis } = await import('../host/log.ts')
    say(withoutImeis(error instanceof Error ? (error.stack ?? error.message) : String(error)))
    if (json) print(true, { error: { code: 'internal', title: 'Something failed here.' } }, '')
    return EXIT.failed
  }
  const { title } = PROBLEMS[error.code]
  const shown = { ...error.facts, code: error.code, title, detail: error.message }
  if (json) print(true, { error: shown }, '')
  else say(`${error.code}: ${title} (${error.message})`)
  return error.code === 'unavailable' || error.code === 'timeout' ? EXIT.later : EXIT.failed
}

/** Runs until the process is asked to stop, then closes in order: that is how its work is done. */
export function untilStopped(close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false
    const stop = () => {
      if (stopping) return
      stopping = true
      close()
        // The leash itself would keep this process alive.
        .finally(() => process.connected && process.disconnect())
        .then(resolve, reject)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    // A party that a supervisor started goes when the supervisor is gone.
    if (process.channel) process.on('disconnect', stop)
  })
}

/** Something that runs until it is closed. */
export interface Running {
  readonly url: string
  close(): Promise<void>
}

/** Starts a party, says where it is, and runs it until the process is asked to stop. */
export async function runUntilStopped(
  name: string,
  { json }: { readonly json?: boolean },
  start: () => Promise<Running>,
): Promise<void> {
  const running = await start()
  if (json) print(true, { party: name, url: running.url }, '')
  say(`${name} is ready at ${running.url}`)
  await untilStopped(() => running.close())
}
