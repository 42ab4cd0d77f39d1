import {
  coseKey,
  demand,
  encodeCbor,
  fromBase64,
  parseOwnerKeyRecord,
  toBase64,
  type Signer,
} from '../../core/index.ts'
import { OwnerKeyDraftAnswer, OwnerKeyDraftsAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { OfficerDesk } from './officer.ts'
import { signRecord } from './sign-record.ts'

const ROUTE = {
  contentType: 'application/stolen-ownerkey+cbor',
  path: '/v1/owner-key-signatures',
  answer: OwnerKeyDraftAnswer,
} as const

type Record = z.infer<typeof OwnerKeyDraftAnswer>
export type CounterBasis = 'counter' | 'title' | 'error'

/** What the first officer does at the counter: the new owner stands there with his key and signs too. */
export async function proposeOwnerKey(
  desk: OfficerDesk,
  wanted: {
    readonly caseId: string
    readonly basis: CounterBasis
    readonly officer: Signer
    readonly owner: Signer
  },
): Promise<Record> {
  const { caseId, basis, officer, owner } = wanted
  const key = toBase64(encodeCbor(coseKey(owner.key)))
  const path = `/v1/cases/${caseId}/owner-keys`
  const record = await desk.post(path, { basis, key }, OwnerKeyDraftAnswer)
  checkRecord(record, basis)
  await sign(desk, record, record.slots.indexOf('officer'), officer)
  return sign(desk, record, record.slots.length - 1, owner)
}

/** The second officer's signature, the force's and, for a title, another nation's. */
export async function approveOwnerKey(
  desk: OfficerDesk,
  by: {
    readonly caseId: string
    readonly officer: Signer
    readonly force: Signer
    readonly second?: Signer
  },
): Promise<Record> {
  const path = `/v1/cases/${by.caseId}/owner-keys`
  const { drafts } = await desk.get(path, OwnerKeyDraftsAnswer)
  const record = drafts.findLast(({ index }) => index === null)
  demand(record !== undefined, 'not-found', 'no owner-key record waits in this case')
  if (by.second) await sign(desk, record, record.slots.indexOf('second'), by.second)
  await sign(desk, record, record.slots.lastIndexOf('officer'), by.officer)
  return sign(desk, record, record.slots.indexOf('force'), by.force)
}

/** The registry's word is not enough: what is signed says what was asked for. @throws {Refusal} fields */
function checkRecord({ payload }: Record, basis: CounterBasis): void {
  const said = parseOwnerKeyRecord(fromBase64(payload)).basis
  demand(said === basis, 'fields', `asked for ${basis}, the record says ${said}`)
}

const sign = (desk: OfficerDesk, record: Record, slot: number, signer: Signer): Promise<Record> =>
  signRecord(desk, record, { slot, signer }, ROUTE)
