import { declareProposed } from '../clients/clones.ts'
import * as client from '../clients/identities.ts'
import { print } from '../out.ts'
import { sitDown, type Common } from './officer.ts'

type Honest = Common & { readonly case: string; readonly imei: string; readonly imsi: string }

export async function pair({ imei, imsi, days, ...options }: Honest & { days: number }) {
  const { desk, signer: officer } = await sitDown(options, 'officer-1')
  const caseId = options.case
  const { id } = await client.proposePair(desk, { caseId, imei, imsi, days, officer })
  print(
    options.json ?? false,
    { case: caseId, record: id, state: 'proposed' },
    `Proposed: an honest pair.\nAnother officer approves with the phone and the SIM in hand: stolen-mode officer approve-pair --case ${caseId}`,
  )
}

export async function approvePair({ imei, imsi, ...options }: Honest) {
  const { desk, signer: officer, force } = await sitDown(options, 'officer-2')
  const caseId = options.case
  const by = { officer, force: await force() }
  const { index } = await client.approvePair(desk, { caseId, imei, imsi, ...by })
  logged(options, index, 'The pair is honest')
}

type Conflict = Common & { readonly case: string; readonly imei?: string }

export async function conflict({ imei, ...options }: Conflict) {
  const { desk } = await sitDown(options, 'officer-1')
  const caseId = options.case
  const { index } =
    imei === undefined
      ? await declareProposed(desk, await desk.case(caseId))
      : await client.declareConflict(desk, { caseId, imei })
  logged(options, index, 'The number is in conflict')
}

export async function end({ of, ...options }: Common & { case: string; of: number }) {
  const { desk, signer: officer, force } = await sitDown(options, 'officer-1')
  const { index } = await client.endIdentity(desk, { caseId: options.case, of, officer, force })
  logged(options, index, `Entry ${of} counts no longer`)
}

function logged(options: Common & { case: string }, index: number | null, what: string): void {
  print(
    options.json ?? false,
    { case: options.case, index, state: index === null ? 'waiting' : 'logged' },
    index === null
      ? 'Signed. Other signatures are still missing.'
      : `${what}: entry ${index} of the public log.`,
  )
}
