import { maskImei } from '../../core/index.ts'
import { BatchAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import { OfficerDesk, type CaseAbout } from '../clients/officer.ts'
import type { ReadDraft } from '../clients/drafts.ts'
import { approveList } from '../clients/list-approval.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { EXIT, print, say, wrongUsage } from '../out.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

export interface Common {
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly forceKey?: string
  readonly forceSecret?: string
  readonly json?: boolean
}

export async function sitDown(options: Common, key: string) {
  const { config } = readConfig(process.env)
  const files = new Files(config.data)
  const signer = await loadSigner(options.key ?? files.key(key), secretsFrom(options.secret))
  const force = () =>
    loadSigner(options.forceKey ?? files.key('force-order'), secretsFrom(options.forceSecret))
  return { desk: new OfficerDesk(options.registry ?? config.registryUrl, signer), force, signer }
}

type Propose = Common & Pick<CaseAbout, 'why'> & { report?: string; imei?: string; crime: string }

export async function propose({ report, imei, crime, why, ...options }: Propose): Promise<void> {
  if (report === undefined && imei === undefined) throw wrongUsage('expected --report or --imei')
  const { desk: own } = await sitDown(options, 'officer-1')
  const { desk, caseId } = await own.openCaseAtHome({
    crimeReference: crime,
    why,
    ...(report !== undefined && { reference: report }),
    ...(imei !== undefined && { imei }),
  })
  const draft = await desk.propose(caseId)
  const registry = desk.registryUrl
  const isAbroad = registry !== own.registryUrl
  const lines = [
    ...(isAbroad ? [`The phone is at home in another country's registry: ${registry}`] : []),
    `Proposed: lock ${named(draft)}.`,
    `Another officer approves with: stolen-mode officer approve --case ${caseId}${isAbroad ? ` --registry ${registry}` : ''}`,
  ]
  print(
    options.json ?? false,
    { case: caseId, draft: draft.id, state: 'proposed', registry },
    lines.join('\n'),
  )
}

type Approve = Common & { case?: string; batch?: string; reason?: string }

export async function approve(options: Approve): Promise<void> {
  if (options.batch !== undefined) return approveBatch(options.batch, options)
  if (options.case === undefined) throw wrongUsage('expected --case or --batch')
  const { desk, force } = await sitDown(options, 'officer-2')
  const draft = await desk.waiting(options.case, 'lock')
  const index = await desk.approve(draft, await force())
  print(
    options.json ?? false,
    { case: options.case, index, state: 'logged' },
    `Locked ${named(draft)}: entry ${index} of the public log.`,
  )
}

async function approveBatch(batchId: string, options: Approve): Promise<void> {
  const { desk, force, signer } = await sitDown(options, 'officer-2')
  say(summary(await desk.get(`/v1/batches/${batchId}`, BatchAnswer)))
  const approved = await approveList({
    desk,
    officer: signer,
    force: await force(),
    batchId,
    reason: options.reason ?? null,
    progress: progressBar,
  })
  const { locked, refused, batch, cap } = approved
  const lines = [
    `Approved: ${locked} phones locked, ${refused.length} refused, ${batch.refusedCount} rows had been set aside.`,
  ]
  if (cap) {
    const at = cap.freesAtSeconds === null ? '' : ` until ${time(cap.freesAtSeconds)}`
    lines.push(`${cap.waiting} wait${at}: ${cap.detail}. The same command goes on with them.`)
  }
  print(options.json ?? false, approved, lines.join('\n'))
  if (refused.length > 0) process.exitCode = EXIT.failed
  else if (cap) process.exitCode = EXIT.later
}

export async function review(options: Common & { batch: string }): Promise<void> {
  const { desk } = await sitDown(options, 'officer-2')
  const batch = await desk.get(`/v1/batches/${options.batch}`, BatchAnswer)
  print(options.json ?? false, batch, summary(batch))
}

/** What the second officer sees before anything is signed. */
function summary(batch: z.infer<typeof BatchAnswer>): string {
  const { cases, refused, refusedCount, shrinkReason, missing } = batch
  const states = Object.entries(cases).map(([state, count]) => `${count} ${state}`)
  const lines = [
    `List ${batch.source} (${batch.kind}, ${batch.state}), imported by ${batch.proposedBy}`,
    `  ${batch.rows} numbers; cases: ${states.join(', ') || 'none'}`,
    `  would add ${(batch.share * 100).toFixed(1)} % to ${batch.entries} locked now`,
    `  ${refusedCount} rows set aside`,
    ...refused.map(({ row, code }) => `    line ${row}: ${code}`),
  ]
  if (refusedCount > refused.length) lines.push(`    … and ${refusedCount - refused.length} more`)
  if (shrinkReason !== null) lines.push(`  much shorter than the last list: ${shrinkReason}`)
  if (missing)
    lines.push(
      `  no longer listed: ${missing.withdrawn} cases withdrawn, ${missing.standingCount} locks stand`,
    )
  return lines.join('\n')
}

const time = (seconds: number) => new Date(seconds * 1000).toISOString()

type Found = Common & { case: string; exhibit: string; country: string }

export async function found(options: Found): Promise<void> {
  const { desk, force } = await sitDown(options, 'officer-1')
  const index = await desk.found(options.case, options.exhibit, options.country, await force())
  print(
    options.json ?? false,
    { case: options.case, index, state: 'logged' },
    `Found: entry ${index} of the public log.`,
  )
}

type Release = Common & { case: string; to: Parameters<OfficerDesk['release']>[1] }

export async function release(options: Release): Promise<void> {
  const { desk, force } = await sitDown(options, 'officer-1')
  const draft = await desk.release(options.case, options.to, await force())
  print(
    options.json ?? false,
    { case: options.case, draft: draft.id, state: 'waiting for the owner' },
    "Signed by the force. The owner's key completes the release.",
  )
}

/** What the officer sees of the device before signing: its model's digits, never a whole number in a log. */
function named({ ids }: ReadDraft): string {
  return `one phone, ${ids.imeis.map(maskImei).join(' and ')}`
}
