import { importList, type ListImport, type ListImported } from '../clients/list-import.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { readStolenList, type StolenList } from '../lists/read-list.ts'
import { print } from '../out.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly why: ListImport['why']
  readonly prefix?: string
  readonly acceptShrinking?: string
  readonly json?: boolean
}

const SHOWN = 20

export async function importStolenList(file: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const officer = await loadSigner(
    options.key ?? new Files(config.data).key('officer-1'),
    secretsFrom(options.secret),
  )
  const list = await readStolenList(file)
  const imported = await importList({
    desk: new OfficerDesk(options.registry ?? config.registryUrl, officer),
    officer,
    list,
    why: options.why,
    prefix: options.prefix ?? null,
    shrinkReason: options.acceptShrinking ?? null,
    progress: progressBar,
  })
  const { batch, results, refused, standing } = imported
  const answer = {
    batch: batch.id,
    kind: list.kind,
    rows: list.total,
    results,
    cases: batch.cases,
    setAside: refused,
    repeated: list.repeated,
    wrongCheckDigits: list.misfits,
    standing,
    missing: batch.missing,
  }
  print(options.json ?? false, answer, report(list, imported))
}

function report(list: StolenList, { batch, results, refused, standing }: ListImported): string {
  const lines = [`Import ${batch.id}: ${list.total} rows`]
  for (const [result, count] of Object.entries(results))
    if (result !== 'refused') lines.push(`  ${result.padEnd(10)} ${count}`)
  lines.push(`  set aside  ${refused.length}`)
  for (const { line, reason } of refused.slice(0, SHOWN)) lines.push(`    line ${line}: ${reason}`)
  if (refused.length > SHOWN)
    lines.push(`    … and ${refused.length - SHOWN} more (--json lists all)`)
  if (list.repeated > 0) lines.push(`  repeated   ${list.repeated}`)
  if (list.misfits.length > 0)
    lines.push(`  ${list.misfits.length} check digits do not fit; those rows count all the same`)
  if (standing.length > 0)
    lines.push(
      `  locked although the list says recovered, for people to release: lines ${some(standing)}`,
    )
  const { missing } = batch
  if (missing && missing.withdrawn > 0)
    lines.push(`  no longer on the list: ${missing.withdrawn} cases nobody had approved, withdrawn`)
  if (missing && missing.standingCount > 0)
    lines.push(
      `  no longer on the list and locked, for people to release: cases ${some(missing.standing)}`,
    )
  if (batch.state !== 'approved')
    lines.push('', `Another officer approves with: stolen-mode officer approve --batch ${batch.id}`)
  return lines.join('\n')
}

function some(items: readonly (string | number)[]): string {
  const rest = items.length > SHOWN ? ', …' : ''
  return `${items.slice(0, SHOWN).join(', ')}${rest}`
}
