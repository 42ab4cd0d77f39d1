import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine, makeLogger, type Surroundings } from '../../host/index.ts'
import type { RunningWitness } from '../index.ts'

export const quiet = makeLogger('witness-test', 'silent')

/** A clock the test moves. */
export class HandClock {
  now: number

  constructor(now: number) {
    this.now = now
  }

  get surroundings(): Surroundings {
    return { clock: () => this.now, random: machine.random }
  }
}

/** What a test opened, closed in reverse order. */
export class Opened {
  readonly #closers: (() => unknown)[] = []

  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'stolen-mode-witness-'))
    this.#closers.push(() => {
      rmSync(path, { recursive: true, force: true })
    })
    return path
  }

  keep<T extends { close(): Promise<void> }>(thing: T): T {
    this.#closers.push(() => thing.close())
    return thing
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).toReversed()) await closer()
  }
}

export interface Said {
  readonly status: number
  readonly type: string
  readonly body: string
  /** Code of a problem. */
  readonly code: string | undefined
  readonly facts: Record<string, string | number> | undefined
}

/** Sends add-checkpoint. */
export function post(
  witness: Pick<RunningWitness, 'url'>,
  body: string | Uint8Array,
): Promise<Said> {
  return said(fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body }))
}

export function get(witness: Pick<RunningWitness, 'url'>, path: string): Promise<Said> {
  return said(fetch(`${witness.url}${path}`))
}

async function said(answer: Promise<Response>): Promise<Said> {
  const response = await answer
  const type = response.headers.get('content-type') ?? ''
  const body = await response.text()
  const isProblem = type === 'application/problem+json'
  const { code, facts } = (isProblem ? JSON.parse(body) : {}) as Partial<Said>
  return { status: response.status, type, body, code, facts }
}
