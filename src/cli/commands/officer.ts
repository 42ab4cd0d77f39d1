import type { Command } from 'commander'
import { Refusal, maskImei } from '../../core/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import type { ReadDraft } from '../clients/drafts.ts'
import { approveList } from '../clients/list-approval.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { EXIT, print } from '../out.ts'
import { progressBar } from '../progress.ts'

interface Common {
  readonly registry?: string
  readonly key?: string
  readonly forceKey?: string
  readonly json?: boolean
}

/** What two officers do to lock a phone, and one to report it found or begin its return. */
export function officerCommands(program: Command): void {
  const officer = program.command('officer').description('act as an officer of a force')
  common(officer.command('propose'), 'officer-1')
    .description('open a case and propose to lock the phone: the first officer')
    .option('--report <reference>', "the owner's report, like SM-7Q4K-2M9X")
    .option('--imei <imei>', 'the number, when there is no report')
    .requiredOption('--crime <reference>', 'crime reference')
    .option('--why <word>', 'theft, robbery, burglary or lost', 'theft')
    .action(propose)
  common(officer.command('approve'), 'officer-2')
    .description(
      'approve a proposed lock, or a whole imported list: the second officer and the force',
    )
    .option('--case <id>', 'case to approve')
    .option('--batch <id>', 'imported list to approve')
    .option('--reason <text>', 'why a list that changes much is right')
    .option('--force-key <file>', "the force's order key")
    .action(approve)
  common(officer.command('found'), 'officer-1')
    .description('report a stolen phone found')
    .requiredOption('--case <id>', 'case')
    .requiredOption('--exhibit <reference>', 'exhibit reference')
    .option('--country <code>', 'where it was found', 'ZZ')
    .option('--force-key <file>', "the force's order key")
    .action(found)
  common(officer.command('release'), 'officer-1')
    .description("begin a release: the owner's key completes it")
    .requiredOption('--case <id>', 'case')
    .option('--to <word>', 'returned, issuedInError, titlePassed or court', 'returned')
    .option('--force-key <file>', "the force's order key")
    .action(release)
}

function common(command: Command, key: string): Command {
  return command
    .option('--registry <url>', 'registry')
    .option('--key <file>', `the officer's key (demonstration: keys/${key}.pem)`)
    .option('--json', 'one JSON object on stdout')
}

async function desk(options: Common, key: string) {
  const { config } = readConfig(process.env)
  const files = new Files(config.data)
  const registryUrl = options.registry ?? config.registryUrl
  const signer = await loadSigner(options.key ?? files.key(key))
  const force = () => loadSigner(options.forceKey ?? files.key('force-order'))
  return { desk: new OfficerDesk(registryUrl, signer), force, signer, registryUrl }
}

async function propose(
  options: Common & { report?: string; imei?: string; crime: string; why: string },
): Promise<void> {
  const { desk: first } = await desk(options, 'officer-1')
  const why = whyOf(options.why)
  const about =
    options.report === undefined ? { imei: options.imei } : { reference: options.report }
  const opened = await first.openCase({
    crimeReference: options.crime,
    why,
    ...about,
  } as Parameters<OfficerDesk['openCase']>[0])
  const draft = await first.propose(opened.id)
  print(
    options.json ?? false,
    { case: opened.id, draft: draft.id, state: 'proposed' },
    `Proposed: lock ${named(draft)}.\nAnother officer approves with: stolen-mode officer approve --case ${opened.id}`,
  )
}

async function approve(
  options: Common & { case?: string; batch?: string; reason?: string },
): Promise<void> {
  const { desk: second, force, signer } = await desk(options, 'officer-2')
  const json = options.json ?? false
  if (options.batch !== undefined) {
    const summary = await approveList({
      desk: second,
      officer: signer,
      force: await force(),
      batchId: options.batch,
      reason: options.reason ?? null,
      progress: progressBar,
    })
    print(
      json,
      summary,
      `Approved: ${summary.locked} phones locked, ${summary.refused.length} refused, ${summary.batch.refusedCount} rows had been set aside.`,
    )
    if (summary.refused.length > 0) process.exitCode = EXIT.failed
    return
  }
  if (options.case === undefined) throw new Refusal('case-needed', 'expected --case or --batch')
  const draft = await second.waiting(options.case, 'lock')
  const index = await second.approve(draft, await force())
  print(
    json,
    { case: options.case, index, state: 'logged' },
    `Locked ${named(draft)}: entry ${index} of the public log.`,
  )
}

async function found(
  options: Common & { case: string; exhibit: string; country: string },
): Promise<void> {
  const { desk: first, force } = await desk(options, 'officer-1')
  const index = await first.found(options.case, options.exhibit, options.country, await force())
  print(
    options.json ?? false,
    { case: options.case, index, state: 'logged' },
    `Found: entry ${index} of the public log.`,
  )
}

async function release(options: Common & { case: string; to: string }): Promise<void> {
  const { desk: first, force } = await desk(options, 'officer-1')
  const words = ['returned', 'issuedInError', 'titlePassed', 'court'] as const
  const to = words.find((word) => word === options.to)
  if (to === undefined) throw new Refusal('fields', `expected one of ${words.join(', ')}`)
  const draft = await first.release(options.case, to, await force())
  print(
    options.json ?? false,
    { case: options.case, draft: draft.id, state: 'waiting for the owner' },
    "Signed by the force. The owner's key completes the release.",
  )
}

function whyOf(word: string) {
  const words = ['theft', 'robbery', 'burglary', 'lost'] as const
  const why = words.find((known) => known === word)
  if (why === undefined) throw new Refusal('fields', `expected one of ${words.join(', ')}`)
  return why
}

/** What the officer sees of the device before signing: its model's digits, never a whole number in a log. */
function named({ ids }: ReadDraft): string {
  return `one phone, ${ids.imeis.map(maskImei).join(' and ')}`
}
