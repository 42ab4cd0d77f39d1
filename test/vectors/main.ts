import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runCoseVectors } from './cose.ts'
import { runMerkleVectors, type VectorResult } from './merkle.ts'

/** A set of outside vectors: what its folder is called and holds, and who checks it. */
interface VectorSet {
  readonly name: string
  readonly holds: readonly string[]
  readonly run: (folder: string) => Promise<VectorResult>
}

const SETS: readonly VectorSet[] = [
  { name: 'merkle', holds: ['inclusion', 'consistency'], run: runMerkleVectors },
  { name: 'cose', holds: ['sign1-tests'], run: runCoseVectors },
]

/**
 * Finds the sets in `folder`: the folder itself may be one, or each of its folders.
 * What is not recognised is named and left alone.
 */
async function findSets(folder: string) {
  const own = await recognise(folder)
  if (own !== undefined) return { found: [{ set: own, folder }], unknown: [] }
  const found: { set: VectorSet; folder: string }[] = []
  const unknown: string[] = []
  for (const name of await foldersIn(folder)) {
    const set = await recognise(join(folder, name))
    if (set === undefined) unknown.push(name)
    else found.push({ set, folder: join(folder, name) })
  }
  return { found, unknown }
}

async function recognise(folder: string): Promise<VectorSet | undefined> {
  const names = await foldersIn(folder)
  return SETS.find((set) => set.holds.every((name) => names.includes(name)))
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

/** Runs all sets below `folder`; true when at least one ran and none failed. */
async function runFolder(folder: string): Promise<boolean> {
  const { found, unknown } = await findSets(folder).catch((error: unknown) => {
    console.log(`cannot read ${folder}: ${String(error)}`)
    return { found: [], unknown: [] }
  })
  for (const name of unknown) console.log(`${name}: not known, left alone`)
  let good = found.length > 0
  if (!good) console.log(`nothing in ${folder} could be run`)
  for (const { set, folder: at } of found) {
    const { passed, failed } = await set.run(at)
    console.log(`${set.name}: ${passed} passed, ${failed.length} failed`)
    for (const reason of failed) console.log(`  ${reason}`)
    good &&= failed.length === 0 && passed > 0
  }
  return good
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: main.ts <folder with outside test vectors>')
  process.exitCode = 1
} else {
  process.exitCode = (await runFolder(folder)) ? 0 : 1
}
