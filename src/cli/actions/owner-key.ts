import { OWNER_KEY_DELAY, fromBase64, parseOwnerKeyRecord } from '../../core/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { approveOwnerKey, proposeOwnerKey, type CounterBasis } from '../clients/owner-keys.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { print } from '../out.ts'

interface Common {
  readonly registry?: string
  readonly key?: string
  readonly forceKey?: string
  readonly json?: boolean
  readonly case: string
}

async function sitDown(options: Common, key: string) {
  const { config } = readConfig(process.env)
  const files = new Files(config.data)
  const officer = await loadSigner(options.key ?? files.key(key))
  return { desk: new OfficerDesk(options.registry ?? config.registryUrl, officer), officer, files }
}

export async function propose(
  options: Common & { newOwner: string; basis: CounterBasis },
): Promise<void> {
  const { desk, officer } = await sitDown(options, 'officer-1')
  const owner = await loadSigner(options.newOwner)
  const { basis, case: caseId } = options
  const { id } = await proposeOwnerKey(desk, { caseId, basis, officer, owner })
  print(
    options.json ?? false,
    { case: caseId, record: id, state: 'proposed' },
    `Proposed: a new owner key (${basis}).\nAnother officer approves with: stolen-mode officer approve-owner-key --case ${caseId}`,
  )
}

export async function approve(options: Common & { secondKey?: string }): Promise<void> {
  const { desk, officer, files } = await sitDown(options, 'officer-2')
  const force = await loadSigner(options.forceKey ?? files.key('force-order'))
  const second = options.secondKey === undefined ? undefined : await loadSigner(options.secondKey)
  const caseId = options.case
  const record = await approveOwnerKey(desk, { caseId, officer, force, ...(second && { second }) })
  const { basis } = parseOwnerKeyRecord(fromBase64(record.payload))
  const days = OWNER_KEY_DELAY[basis] / 86_400_000
  print(
    options.json ?? false,
    { case: caseId, record: record.id, index: record.index, usableAfterDays: days },
    record.index === null
      ? 'Signed. Other signatures are still missing.'
      : `Recorded: entry ${record.index} of the public log. A release may rest on it ${days === 0 ? 'at once' : `in ${days} days`}.`,
  )
}
