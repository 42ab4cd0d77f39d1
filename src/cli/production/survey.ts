import { createReadStream } from 'node:fs'
import { Refusal, demand, tacOf, toHex, type Tac } from '../../core/index.ts'
import { readFileLines, readLines, sha256Fast, type Line } from '../../host/index.ts'
import { leafHash } from '../../log/index.ts'
import { readMadeLine, type MadeLine } from './made-line.ts'

const LIMITS = { lineBytes: 8_192, totalBytes: 4 * 1024 ** 3 }

/** A line that is left out, and why. */
export interface LeftOut {
  readonly line: number
  readonly code: string
}

/** What a maker's file holds, looked through once before anything is signed. */
export interface Survey {
  readonly path: string
  /** Leaf hashes of the good rows, in order. */
  readonly leaves: readonly Uint8Array[]
  /** The file's line of each of them. */
  readonly lines: readonly number[]
  readonly leftOut: readonly LeftOut[]
  readonly tacs: readonly Tac[]
}

/**
 * Reads the whole file; of each good row only its hash stays in memory. Of two rows with one number or key
 * the first counts. @throws {Refusal} not-found, too-large
 */
export async function survey(path: string, allowed: readonly Tac[]): Promise<Survey> {
  const leaves: Uint8Array[] = []
  const lines: number[] = []
  const leftOut: LeftOut[] = []
  const tacs = new Set<Tac>()
  const judge = new Judge(allowed)
  const onLine = ({ line, text }: Line) => {
    if (text === '') return
    try {
      const made = judge.read(text)
      leaves.push(leafHash(made.record, sha256Fast))
      lines.push(line)
      for (const imei of made.imeis) tacs.add(tacOf(imei))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      leftOut.push({ line, code: error.code })
    }
  }
  await readFileLines({ path, limits: LIMITS, onLine })
  return { path, leaves, lines, leftOut, tacs: [...tacs].toSorted() }
}

/** Looks at rows one after the other, and remembers whose number was seen. */
class Judge {
  readonly #seen = new Set<string>()
  readonly #allowed: ReadonlySet<Tac>

  constructor(allowed: readonly Tac[]) {
    this.#allowed = new Set(allowed)
  }

  /** @throws {Refusal} malformed …, scope, identity-conflict */
  read(text: string | null): MadeLine {
    demand(text !== null, 'too-large', 'a line longer than any phone needs')
    const made = readMadeLine(text)
    const isOwn = made.imeis.every((imei) => this.#allowed.has(tacOf(imei)))
    demand(isOwn, 'scope', "the model is not this maker's")
    const names = [toHex(made.dak).slice(0, 32), ...made.imeis]
    const isNew = names.every((name) => !this.#seen.has(name))
    demand(isNew, 'identity-conflict', 'an earlier line has its number or key')
    for (const name of names) this.#seen.add(name)
    return made
  }
}

/** The good rows again, a page at a time, from row `from` on. A file that was changed meanwhile is found out by its root. */
export async function* goodRows(
  { path, lines }: Survey,
  { from, page }: { readonly from: number; readonly page: number },
): AsyncGenerator<{ readonly from: number; readonly rows: readonly MadeLine[] }> {
  let row = 0
  let rows: MadeLine[] = []
  for await (const { line, text } of readLines(createReadStream(path), LIMITS)) {
    if (line !== lines[row]) continue
    if (row++ >= from && text !== null) rows.push(readMadeLine(text))
    if (rows.length < page) continue
    yield { from: row - rows.length, rows }
    rows = []
  }
  if (rows.length > 0) yield { from: row - rows.length, rows }
}
