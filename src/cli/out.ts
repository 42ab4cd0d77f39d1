import { styleText } from 'node:util'
import { Refusal } from '../core/index.ts'
import { PROBLEMS } from '../wire/index.ts'

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

export const strong = (text: string) => styleText('bold', text, { stream: process.stdout })
export const good = (text: string) => styleText('green', text, { stream: process.stdout })
export const bad = (text: string) => styleText('red', text, { stream: process.stdout })

/** Shows a failure in a sentence with its code, and gives the exit code it deserves. */
export function fail(error: unknown, json: boolean): number {
  if (!(error instanceof Refusal)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return EXIT.failed
  }
  const { title } = PROBLEMS[error.code]
  if (json)
    print(true, { error: { code: error.code, title, detail: error.message, ...error.facts } }, '')
  else say(`${error.code}: ${title} (${error.message})`)
  return error.code === 'unavailable' || error.code === 'timeout' ? EXIT.later : EXIT.failed
}

/** Runs until the process is asked to stop, then closes in order. */
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
