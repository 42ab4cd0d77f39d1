import { readdir } from 'node:fs/promises'
import { Refusal, demand, equal } from '../../core/index.ts'
import {
  LIST_FORMATS,
  applyChanges,
  formatList,
  type ListFormat,
  type ListManifest,
} from '../../wire/index.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { MANIFEST_NAME, manifestNames, readListed, readRun, type Run } from '../lists/runs.ts'
import { print } from '../out.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly key?: string
  readonly secret?: string
  readonly json?: boolean
}

/** Checks every run in a folder as the next run will, and that each change file says what changed. */
export async function verifyRuns(folder: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const { key } = await loadSigner(
    options.key ?? new Files(config.data).key('edge-1'),
    secretsFrom(options.secret),
  )
  const names = await readdir(folder).catch(() => {
    throw new Refusal('not-found', `${folder} cannot be read`)
  })
  const lists = new Set(names.flatMap((name) => MANIFEST_NAME.exec(name)?.[2] ?? []))
  const runs: Record<string, number> = {}
  for (const list of [...lists].toSorted()) {
    const format = formatOf(list)
    let before: Run | null = null
    const manifests = await manifestNames(folder, list)
    for (const name of manifests) {
      const run: Run = await readRun({ folder, list, format, exporter: key }, name)
      await checkChanges(folder, { format, before, run })
      before = run
    }
    runs[list] = manifests.length
  }
  const text = Object.entries(runs).map(([list, count]) => `${list}: ${count} runs, whole`)
  print(options.json ?? false, { ok: true, runs }, text.join('\n') || 'no runs')
}

function formatOf(list: string): ListFormat {
  const kind = Object.entries(LIST_FORMATS).find(([name]) => list.split('_')[0] === name)
  demand(kind !== undefined, 'malformed', 'a manifest of no list we know')
  return kind[1]
}

/** @throws {Refusal} malformed, snapshot-hash, list-delta-conflict, not-consistent */
async function checkChanges(
  folder: string,
  {
    format,
    before,
    run,
  }: {
    readonly format: ListFormat
    readonly before: Run | null
    readonly run: Run
  },
): Promise<void> {
  const { base, files } = run.manifest
  const changes = new Map<string, string[]>()
  for (const file of files.slice(1)) {
    const kind = kindOf(file.name, run.manifest)
    changes.set(kind, await readListed(folder, file, format))
  }
  // The oldest run kept may lead from one that was cleared away.
  if (before === null) return
  const isNext = base !== null && equal(base.full.hash, before.manifest.files[0]!.hash)
  demand(isNext, 'not-consistent', 'a run leads from another than the one before it')
  const is = formatList(format, applyChanges(format, before.lines, changes))
  demand(
    is === formatList(format, run.lines),
    'not-consistent',
    'the changes do not give the full list',
  )
}

function kindOf(name: string, { base, treeSize }: ListManifest): string {
  const mark = `_delta_${base?.treeSize}_${treeSize}_`
  const at = name.indexOf(mark)
  demand(at > 0 && name.endsWith('.csv'), 'malformed', 'expected a change file')
  return name.slice(at + mark.length, -'.csv'.length)
}
