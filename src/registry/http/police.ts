import type { OpenAPIHono } from '@hono/zod-openapi'
import {
  Refusal,
  WHY_STOLEN,
  demand,
  fromBase64,
  parseImei,
  withCheckDigit,
} from '../../core/index.ts'
import {
  BundlesAnswer,
  CaseAnswer,
  CasePage,
  CaseState,
  CaseWhy,
  DeviceCodeAnswer,
  DeviceCodeRequest,
  ClaimRequest,
  DraftAnswer,
  DraftRequest,
  DraftsAnswer,
  ForceDraftsAnswer,
  NewCaseRequest,
  PROBLEMS,
  SignaturesAnswer,
  SignaturesRequest,
  Why,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../model/caller.ts'
import { bundlesOfCase } from '../services/bundles.ts'
import { listCases, lookAtCase, openCase } from '../services/cases.ts'
import { claimOf, markPaid } from '../services/claims.ts'
import { WHY_CLONE } from '../services/clone-cases.ts'
import { scanCode } from '../services/device-codes.ts'
import { forceQueue } from '../services/desk/force-queue.ts'
import { salesOfCase, type KnownSale } from '../services/disputes.ts'
import { draftOrder, draftsOfCase } from '../services/drafts.ts'
import { reportOfCase } from '../services/owners/report-details.ts'
import { demandSaidElsewhere } from '../services/returns/said-elsewhere.ts'
import { addSignatures, standingOfOwners } from '../services/signatures.ts'
import { sightingsOf } from '../services/sightings.ts'
import { cloneAnswers } from './clones.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { bundlesAnswer, draftAnswer } from './owners.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

const WHY_OF_CASE = { ...WHY_STOLEN, clone: WHY_CLONE } as const
const whyWord = (why: number) =>
  CaseWhy.options.find((word) => WHY_OF_CASE[word] === why) ?? ('theft' as const)

const stolenWord = (why: number) =>
  Why.options.find((word) => WHY_STOLEN[word] === why) ?? ('theft' as const)

const MAX_PAGE = 200
const DEFAULT_PAGE = 50

/** Of a single draft; of several each carries its own. */
const SIGNATURE_REFUSALS = [
  'not-found',
  'case-closed',
  'same-officer',
  'import-mass-change',
  'not-canonical',
  'alg',
  'signature',
  'assertion',
  'signer-set',
  'chain',
  'cert-time',
  'distrusted',
  'scope',
  'fields',
  'window',
  'replay',
  'wrong-state',
  'of-mismatch',
  'owner-key',
  'oid-reused',
  'cap-exceeded',
  'return-code',
  'second-factor-needed',
  'row-disagrees-with-log',
  'witness-floor',
] as const

/** Cases of a force, and the signatures that make orders of them. */
export function policeRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const officer = [signed(context)]
  const officerOnce = [signed(context), idempotent(context)]
  post(
    app,
    {
      path: '/v1/device-codes',
      summary: 'Which phone shows this code',
      body: DeviceCodeRequest,
      answer: DeviceCodeAnswer,
      middleware: officerOnce,
      refuses: ['malformed', 'not-canonical', 'alg', 'signature', 'attestation-needed'],
    },
    async ({ code }, c) => {
      const { subject, state, caseId } = await scanCode(context, callerIn(c), code)
      const { ids, model } = subject
      return { imeis: ids.imeis.map(withCheckDigit), serial: ids.serial, model, state, caseId }
    },
  )
  post(
    app,
    {
      path: '/v1/cases',
      summary: 'Open a case',
      body: NewCaseRequest,
      answer: CaseAnswer,
      middleware: officerOnce,
      refuses: ['not-found', 'imei-length', 'imei-digits', 'imei-check-digit', 'home-elsewhere'],
    },
    async ({ crimeReference, why, reference, imei }, c) => {
      demand(
        (reference === undefined) !== (imei === undefined),
        'malformed',
        'expected a report reference or an imei',
      )
      const about =
        imei === undefined ? { reference: reference ?? '' } : { imei: parseImei(imei).imei14 }
      const caller = callerIn(c)
      const { id } = await openCase(context, caller, {
        id: requestId(c),
        crimeReference,
        why: WHY_STOLEN[why],
        about,
      })
      return caseAnswer(context, caller, id)
    },
  )
  get(
    app,
    {
      path: '/v1/cases',
      summary: "The force's cases",
      answer: CasePage,
      middleware: officer,
      query: {
        limit: `1 to ${MAX_PAGE}, else ${DEFAULT_PAGE}`,
        cursor: "The last answer's `next`",
        state: CaseState.options.join(', '),
        why: CaseWhy.options.join(', '),
      },
      refuses: ['malformed', 'bad-cursor'],
    },
    async (c) => {
      const limit = Number(c.req.query('limit') ?? DEFAULT_PAGE)
      demand(
        Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE,
        'malformed',
        `limit is 1 to ${MAX_PAGE}`,
      )
      const after = cursorIn(c.req.query('cursor'))
      const state = CaseState.optional().safeParse(c.req.query('state'))
      demand(state.success, 'malformed', 'no such case state')
      const why = CaseWhy.optional().safeParse(c.req.query('why'))
      demand(why.success, 'malformed', 'no such reason of a case')
      const filter = {
        limit,
        ...(after && { after }),
        ...(state.data && { state: state.data }),
        ...(why.data && { why: WHY_OF_CASE[why.data] }),
      }
      const { items, next } = await listCases(context, callerIn(c), filter)
      return { items: items.map((item) => ({ ...item, why: whyWord(item.why) })), next }
    },
  )
  get(
    app,
    {
      path: '/v1/cases/{id}',
      summary: 'One case, its device and where it was seen',
      answer: CaseAnswer,
      middleware: officer,
    },
    async (c) => caseAnswer(context, callerIn(c), idIn(c.req.param('id'))),
  )
  post(
    app,
    {
      path: '/v1/cases/{id}/drafts',
      summary: 'Draft the next order of a case',
      body: DraftRequest,
      answer: DraftAnswer,
      middleware: officerOnce,
      refuses: [
        'case-closed',
        'wrong-state',
        'of-mismatch',
        'signer-set',
        'owner-key',
        'holder-not-heard',
      ],
    },
    async (wanted, c) =>
      draftAnswer(await draftOrder(context, callerIn(c), idIn(c.req.param('id')), wanted)),
  )
  get(
    app,
    {
      path: '/v1/cases/{id}/drafts',
      summary: 'Orders of a case that lack signatures',
      answer: DraftsAnswer,
      middleware: officer,
    },
    async (c) => ({
      drafts: (await draftsOfCase(context, callerIn(c), idIn(c.req.param('id')))).map(draftAnswer),
    }),
  )
  get(
    app,
    {
      path: '/v1/force-drafts',
      summary: 'Orders that officers have signed and their force has not',
      answer: ForceDraftsAnswer,
      middleware: officer,
    },
    async (c) => {
      const drafts = await forceQueue(context, callerIn(c))
      return {
        drafts: drafts.map((draft) => ({
          ...draftAnswer(draft),
          signatures: draft.signatures,
          voucher: draft.voucher,
        })),
      }
    },
  )
  get(
    app,
    {
      path: '/v1/cases/{id}/bundles',
      summary: 'The orders in force about a case, each with its proof',
      answer: BundlesAnswer,
      middleware: officer,
    },
    async (c) => bundlesAnswer(await bundlesOfCase(context, callerIn(c), idIn(c.req.param('id')))),
  )
  post(
    app,
    {
      path: '/v1/cases/{id}/claims',
      summary: 'An insurer has paid for the phone of a case',
      body: ClaimRequest,
      answer: CaseAnswer,
      middleware: officerOnce,
    },
    async ({ insurer, reference }, c) => {
      const caller = callerIn(c)
      const caseId = idIn(c.req.param('id'))
      await markPaid(context, caller, { caseId, insurer, reference })
      return caseAnswer(context, caller, caseId)
    },
  )
  post(
    app,
    {
      path: '/v1/signatures',
      summary: 'Sign drafts; a complete one is logged before the answer',
      body: SignaturesRequest,
      answer: SignaturesAnswer,
      middleware: [idempotent(context)],
      large: true,
      refuses: SIGNATURE_REFUSALS,
    },
    async ({ signatures }) => {
      const added = signatures.map(({ draft, slot, signature }) => ({
        draftId: draft,
        slot,
        signature: fromBase64(signature),
      }))
      await demandSaidElsewhere(context, await standingOfOwners(context, added))
      const results = await addSignatures(context, added)
      const [only] = results.values()
      if (results.size === 1 && only instanceof Refusal) throw only
      // What failed for want of the log must not be kept as this key's answer: all is asked again,
      // and what is logged already says so.
      for (const result of results.values())
        if (result instanceof Refusal && PROBLEMS[result.code].status >= 500) throw result
      return { results: [...results].map(([draft, result]) => signatureResult(draft, result)) }
    },
  )
}

function signatureResult(
  draft: string,
  result: Awaited<ReturnType<typeof addSignatures>> extends ReadonlyMap<string, infer R>
    ? R
    : never,
) {
  if (result instanceof Refusal)
    return {
      draft,
      state: 'refused' as const,
      code: result.code,
      detail: result.message,
      facts: result.facts,
    }
  if (result.state === 'logged') return { draft, state: result.state, index: result.index }
  return { draft, state: result.state }
}

/** A page's beginning, before it reaches SQL as a uuid. @throws {Refusal} bad-cursor */
export function cursorIn(text: string | undefined): string | null {
  demand(text === undefined || UUID.test(text), 'bad-cursor', 'not one of our cursors')
  return text ?? null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A path's id, before it reaches SQL as a uuid. @throws {Refusal} not-found */
export function idIn(text: string | undefined): string {
  demand(text !== undefined && UUID.test(text), 'not-found', 'no such thing')
  return text
}

const timeOf = (ms: number) => new Date(ms).toISOString()

function saleAnswer({ index, at, disputableUntil, dispute }: KnownSale) {
  return {
    index,
    at: timeOf(at),
    disputableUntil: timeOf(disputableUntil),
    dispute: dispute && { ...dispute, why: stolenWord(dispute.why), at: timeOf(dispute.at) },
  }
}

async function caseAnswer(context: Context, caller: Caller, id: string) {
  const { case: found, subject } = await lookAtCase(context, caller, id)
  const report = await reportOfCase(context, found)
  const seen = await sightingsOf(context, subject)
  const claim = await claimOf(context, id)
  return {
    id: found.id,
    force: found.force,
    crimeReference: found.crimeReference,
    why: whyWord(found.why),
    state: found.state,
    device: {
      model: subject.model,
      imeis: subject.ids.imeis.map(withCheckDigit),
      serial: subject.ids.serial,
    },
    report: report && {
      reference: report.reference,
      at: timeOf(report.at),
      proof: report.proof,
      ...report.details,
    },
    sightings: seen.map(({ at, how, verdict, country, network, reporter }) => ({
      at: timeOf(at),
      how,
      verdict,
      country,
      network,
      reporter,
    })),
    sales: (await salesOfCase(context, subject)).map(saleAnswer),
    claim: claim && { ...claim, paidAt: timeOf(claim.paidAt) },
    clones: await cloneAnswers(context, found.id, subject),
  }
}
