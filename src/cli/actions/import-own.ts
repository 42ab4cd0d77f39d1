import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Refusal, toHex } from '../../core/index.ts'
import { formatLocalList, readLocalList, type LocalRow, type LocalWord } from '../../edge/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { writeWhole } from '../files.ts'
import { mergeOwn } from '../lists/merge-own.ts'
import { readOperatorList } from '../lists/operator-list.ts'
import { print } from '../out.ts'

interface Options {
  readonly into: string
  readonly as: LocalWord
  readonly acceptShrinking?: string
  readonly json?: boolean
}

/** Takes a list made elsewhere into the file that a register's `localList` names. */
export async function importOwnList(file: string, options: Options): Promise<void> {
  const list = await readOperatorList(file, options.as)
  const { rows, ...counts } = mergeOwn(
    await readOwn(options.into),
    list,
    options.acceptShrinking ?? null,
  )
  const bytes = formatLocalList(rows)
  readLocalList(bytes) // what the register would refuse must not lie there for it
  await writeWhole(options.into, bytes)
  const sha256 = toHex(sha256Fast(bytes))
  const answer = {
    source: basename(file),
    fileHash: list.fileHash,
    kind: list.kind,
    rows: rows.length,
    ...counts,
    repeated: list.repeated,
    wrongCheckDigits: list.misfits,
    acceptShrinking: options.acceptShrinking ?? null,
    sha256,
  }
  const text = [
    `${options.into}: ${rows.length} rows; ${counts.came} came, ${counts.went} went, ${counts.changed} changed`,
    ...(list.repeated > 0 ? [`  repeated ${list.repeated}`] : []),
    ...(list.misfits > 0 ? [`  check digits that do not fit ${list.misfits}; they count`] : []),
    `SHA-256, for the register's "accept" where more than 1 % changed: ${sha256}`,
  ]
  print(options.json ?? false, answer, text.join('\n'))
}

async function readOwn(path: string): Promise<readonly LocalRow[]> {
  try {
    return readLocalList(new Uint8Array(await readFile(path)))
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new Refusal('not-found', `${path} cannot be read`)
  }
}
