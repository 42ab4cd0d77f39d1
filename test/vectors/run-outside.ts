import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ANDROID, ANDROID_ROOT_LIST } from './android.ts'
import { COSE } from './cose.ts'
import { MERKLE } from './merkle.ts'
import { isJson, type VectorKind, type VectorResult } from './outside.ts'
import { WYCHEPROOF } from './wycheproof.ts'

const KINDS: readonly VectorKind[] = [MERKLE, COSE, WYCHEPROOF, ANDROID, ANDROID_ROOT_LIST]

/**
 * Runs every vector below `folder`, however deep: a set alone, several sets, or a whole checkout of
 * somebody's repository. What is not recognised is counted by folder and left alone.
 * @returns true when at least one ran and none failed
 */
export async function runOutside(folder: string, say: (line: string) => void): Promise<boolean> {
  const results = new Map<VectorKind, { passed: number; failed: string[] }>()
  const unknown = new Map<string, number>()
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    say(`cannot read ${folder}: ${String(error)}`)
    return []
  })
  for (const name of names.filter((file) => file.endsWith('.json')).toSorted()) {
    const read = parsed(await readFile(join(folder, name), 'utf8'))
    const kind = read && KINDS.find(({ holds }) => holds(read))
    if (!kind) {
      unknown.set(dirname(name), (unknown.get(dirname(name)) ?? 0) + 1)
      continue
    }
    const result = results.get(kind) ?? { passed: 0, failed: [] }
    results.set(kind, result)
    const stem = name.slice(0, -'.json'.length)
    const short = stem.slice(stem.lastIndexOf('/') + 1)
    const beside = (ending: string) =>
      readFile(join(folder, stem + ending), 'utf8').catch(() => null)
    const reason = await judged(() => kind.judge({ name: short, json: read, beside }))
    if (reason === null) result.passed++
    else result.failed.push(`${name}: ${reason}`)
  }
  for (const [at, count] of unknown) say(`${at}: ${count} files not known, left alone`)
  for (const [{ name }, result] of results) report(name, result, say)
  if (results.size === 0) say(`nothing in ${folder} could be run`)
  return results.size > 0 && [...results.values()].every(({ failed }) => failed.length === 0)
}

function report(name: string, { passed, failed }: VectorResult, say: (line: string) => void): void {
  say(`${name}: ${passed} passed, ${failed.length} failed`)
  for (const reason of failed) say(`  ${reason}`)
}

/** Anything but a refusal is our fault, whatever the file says. */
async function judged(judge: () => ReturnType<VectorKind['judge']>): Promise<string | null> {
  try {
    return await judge()
  } catch (error) {
    return `a crash: ${String(error)}`
  }
}

/**
 * JSON.parse alone would round 18446744073709551615, which wraps to a valid index: integers of these
 * fields are quoted first, so that they arrive as text. Lines that are comments are passed over.
 */
function parsed(text: string) {
  try {
    const json: unknown = JSON.parse(
      text
        .replace(/^\s*\/\/.*$/gm, '')
        .replace(/("(?:leafIdx|treeSize|size1|size2)"\s*:\s*)(-?\d+)/g, '$1"$2"'),
    )
    if (Array.isArray(json)) return { items: json as unknown[] }
    return isJson(json) ? json : null
  } catch {
    return null
  }
}
