import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Refusal, demand } from '../core/index.ts'
import { firstLine, type Secrets } from '../host/key-store.ts'
import { say } from './out.ts'

/**
 * Passphrases and PINs: from a person at the terminal, or from `--secret`, a file or an open file
 * descriptor (`fd:3`). Never from an argument or the environment, where other people can read them.
 */
export function secretsFrom(where: string | undefined): Secrets {
  if (where === undefined) return { known: askHidden, fresh: askTwice }
  const given = () => Promise.resolve(readSecret(where))
  return { known: given, fresh: given }
}

/** For a server: nobody is there to be asked. */
export const nobody: Secrets = {
  known: (what) => Promise.reject(new Refusal('key-locked', `nobody can be asked for the ${what}`)),
  fresh: (what) => Promise.reject(new Refusal('key-locked', `nobody can be asked for the ${what}`)),
}

function readSecret(where: string): string {
  const descriptor = /^fd:([0-9]{1,4})$/.exec(where)?.[1]
  try {
    return firstLine(readFileSync(descriptor === undefined ? where : Number(descriptor), 'utf8'))
  } catch {
    throw new Refusal('key-missing', `${where} cannot be read`)
  }
}

async function askTwice(what: string): Promise<string> {
  const first = await askHidden(what)
  const second = await askHidden(`${what}, once more`)
  demand(first === second, 'key-locked', 'the two differ')
  return first
}

async function askHidden(what: string): Promise<string> {
  demand(process.stdin.isTTY, 'key-locked', `no terminal to ask for the ${what}; see --secret`)
  process.stderr.write(`${what}: `)
  // The terminal's own echo is off while readline holds it; what readline echoes goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  const aborted = new AbortController()
  line.once('SIGINT', () => aborted.abort())
  try {
    return await line.question('', { signal: aborted.signal })
  } catch {
    throw new Refusal('unconfirmed', 'interrupted')
  } finally {
    line.close()
    process.stderr.write('\n')
  }
}

/**
 * Says what is about to be done and does it only on a `yes`.
 * @throws {Refusal} unconfirmed
 */
export async function confirm(lines: readonly string[], yes: boolean | undefined): Promise<void> {
  say(lines.join('\n'))
  if (yes) return
  demand(process.stdin.isTTY, 'unconfirmed', 'no terminal to ask; see --yes')
  const line = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await line.question('Read this aloud. Type yes to go on: ')
    demand(answer.trim() === 'yes', 'unconfirmed', 'the answer was not yes')
  } finally {
    line.close()
  }
}
