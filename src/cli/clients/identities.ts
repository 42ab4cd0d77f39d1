import {
  checkIdentityOpening,
  demand,
  fromBase64,
  parseIdentityOpening,
  parseIdentityRecord,
  parseImei,
  type IdentityRecord,
  type Signer,
} from '../../core/index.ts'
import { IdentityAnswer, IdentityDraftAnswer, IdentityDraftsAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { OfficerDesk } from './officer.ts'
import { signRecord } from './sign-record.ts'

const ROUTE = {
  contentType: 'application/stolen-identity+cbor',
  path: '/v1/identities/signatures',
  answer: IdentityAnswer,
} as const

const DAY_SECONDS = 86_400
/** A registry's clock may be ahead of ours. */
const CLOCKS_APART_SECONDS = 300

type Answer = z.infer<typeof IdentityAnswer>
type Draft = z.infer<typeof IdentityDraftAnswer>

/** The phone and the SIM an officer has in hand. */
export interface Honest {
  readonly caseId: string
  readonly imei: string
  readonly imsi: string
}

/** The first officer's half of an honest pair. */
export async function proposePair(
  desk: OfficerDesk,
  { days, officer, ...honest }: Honest & { readonly days: number; readonly officer: Signer },
): Promise<Draft> {
  const draft = await desk.post('/v1/identities/pairs', { ...honest, days }, IdentityDraftAnswer)
  demand(isPairOf(draft, honest), 'fields', 'the draft is about another number or subscriber')
  const latest = desk.nowSeconds() + days * DAY_SECONDS + CLOCKS_APART_SECONDS
  demand(
    (recordOf(draft).exp ?? Infinity) <= latest,
    'fields',
    `the draft stands for more than ${days} days`,
  )
  await sign(desk, draft, draft.slots.indexOf('officer'), officer)
  return draft
}

/** The second officer's half, and the force's. He says himself what he has in hand. */
export async function approvePair(
  desk: OfficerDesk,
  { officer, force, ...honest }: Honest & { readonly officer: Signer; readonly force: Signer },
): Promise<Answer> {
  const path = `/v1/cases/${honest.caseId}/identities`
  const { drafts } = await desk.get(path, IdentityDraftsAnswer)
  const draft = drafts.findLast((one) => one.index === null && isPairOf(one, honest))
  demand(draft !== undefined, 'not-found', 'no such pair waits in this case')
  await sign(desk, draft, draft.slots.lastIndexOf('officer'), officer)
  return sign(desk, draft, draft.slots.indexOf('force'), force)
}

/** The registry signs it and logs it before it answers. */
export function declareConflict(
  desk: OfficerDesk,
  wanted: Pick<Honest, 'caseId' | 'imei'>,
): Promise<Draft> {
  return desk.post('/v1/identities/conflicts', wanted, IdentityDraftAnswer)
}

/** Ends a conflict, or, signed by the officer and the force, a pair. */
export async function endIdentity(
  desk: OfficerDesk,
  {
    officer,
    force,
    ...wanted
  }: {
    readonly caseId: string
    readonly of: number
    readonly officer: Signer
    readonly force: () => Promise<Signer>
  },
): Promise<Answer> {
  const draft = await desk.post('/v1/identities/ends', wanted, IdentityDraftAnswer)
  if (draft.index !== null) return draft
  const { of } = recordOf(draft)
  demand(of === wanted.of, 'fields', 'the draft ends another record')
  await sign(desk, draft, draft.slots.indexOf('officer'), officer)
  return sign(desk, draft, draft.slots.indexOf('force'), await force())
}

/** The registry's word is not enough: what is signed means the phone and the SIM in hand. */
function isPairOf(draft: Draft, { imei, imsi }: Honest): boolean {
  const record = recordOf(draft)
  if (record.type !== 'pair' || draft.opening === null) return false
  const pair = checkIdentityOpening(record, parseIdentityOpening(fromBase64(draft.opening)))
  return pair.imei14 === parseImei(imei).imei14 && pair.imsi === imsi
}

const recordOf = ({ payload }: Draft): IdentityRecord => parseIdentityRecord(fromBase64(payload))

const sign = (desk: OfficerDesk, draft: Draft, slot: number, signer: Signer): Promise<Answer> =>
  signRecord(desk, draft, { slot, signer }, ROUTE)
