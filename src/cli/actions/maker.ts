import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { print } from '../out.ts'
import { handIn, type HandedIn } from '../production/hand-in.ts'
import { writeProofs } from '../production/proofs.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly model: string
  readonly needsSale?: boolean
  readonly proofs?: string
  readonly json?: boolean
}

const SHOWN = 20

export async function enrolRun(file: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const maker = await loadSigner(
    options.key ?? new Files(config.data).key('maker'),
    secretsFrom(options.secret),
  )
  const handed = await handIn({
    desk: new OfficerDesk(options.registry ?? config.registryUrl, maker),
    maker,
    file,
    model: options.model,
    needsSale: options.needsSale ?? false,
    progress: progressBar,
  })
  if (options.proofs !== undefined) await writeProofs(options.proofs, handed)
  const { batch, read, conflicts } = handed
  const answer = {
    batch: batch.id,
    phones: batch.count,
    enrolled: batch.enrolled,
    index: batch.index,
    leftOut: read.leftOut,
    conflicts,
  }
  print(options.json ?? false, answer, report(handed))
}

function report({ batch, read, conflicts }: HandedIn): string {
  const at = batch.index === null ? '' : `, entry ${batch.index} of the public log`
  const lines = [`Run ${batch.id}: ${batch.enrolled} of ${batch.count} phones enrolled${at}`]
  if (conflicts.length > 0)
    lines.push(
      `  another phone has the number or key (identity-conflict): lines ${some(conflicts)}`,
    )
  if (read.leftOut.length > 0) lines.push(`  left out: ${read.leftOut.length} lines`)
  for (const { line, code } of read.leftOut.slice(0, SHOWN)) lines.push(`    line ${line}: ${code}`)
  if (read.leftOut.length > SHOWN)
    lines.push(`    … and ${read.leftOut.length - SHOWN} more (--json lists all)`)
  return lines.join('\n')
}

function some(items: readonly number[]): string {
  return `${items.slice(0, SHOWN).join(', ')}${items.length > SHOWN ? ', …' : ''}`
}
