import type { z } from 'zod'
import type { OpenAPIHono } from '@hono/zod-openapi'
import {
  WHY_STOLEN,
  demand,
  fromBase64,
  parseImei,
  parseSerial,
  toBase64,
} from '../../core/index.ts'
import {
  BundlesAnswer,
  CHECK_SENTENCES,
  CheckAnswer,
  CheckRequest,
  DraftAnswer,
  DraftsAnswer,
  OwnerWordsAnswer,
  OwnerWordsRequest,
  ReportAccess,
  ReportAnswer,
  ReportRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { bundlesOfReport, type ExportedBundle } from '../services/bundles.ts'
import { check } from '../services/checks.ts'
import type { Draft } from '../services/drafts.ts'
import { keepWords } from '../services/owner-words.ts'
import {
  draftWithdrawal,
  ownersDrafts,
  reportStatus,
  reportStolen,
  type ReportStatus,
} from '../services/reports.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { post, type Guard } from './route.ts'
import type { Throttle } from './throttle.ts'

/** Above the longest answer: on the wire a hit is as long as a miss. */
const CHECK_BYTES = 1_024

/** What owners and anybody who is offered a phone ask. */
export function ownerRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  const [asking, reporting, owning] = (['check', 'report', 'owner'] as const).map((lane) =>
    throttle.guard(lane),
  ) as [Guard, Guard, Guard]
  const once = idempotent(context)
  post(
    app,
    {
      path: '/v1/reports',
      summary: 'Hold a phone by its recovery card',
      body: ReportRequest,
      answer: ReportAnswer,
      middleware: [reporting, once],
      refuses: [
        'not-found',
        'proof-too-weak',
        'wrong-state',
        'replay',
        'hold-exhausted',
        'cap-exceeded',
      ],
    },
    async ({ card, why, force }, c) => {
      const id = requestId(c, card)
      const report = { id, card, why: WHY_STOLEN[why], ...(force !== undefined && { force }) }
      return reportAnswer(await reportStolen(context, report))
    },
  )
  post(
    app,
    {
      path: '/v1/report-status',
      summary: 'What is true now',
      body: ReportAccess,
      answer: ReportAnswer,
      middleware: [reporting],
      refuses: ['not-found'],
    },
    async (body) => reportAnswer(await reportStatus(context, body)),
  )
  post(
    app,
    {
      path: '/v1/withdrawals',
      summary: 'Draft the withdrawal of a hold; the owner key completes it',
      body: ReportAccess,
      answer: DraftAnswer,
      middleware: [owning, once],
      refuses: ['not-found', 'wrong-state', 'owner-key'],
    },
    async (body) => draftAnswer(await draftWithdrawal(context, body)),
  )
  post(
    app,
    {
      path: '/v1/owner-drafts',
      summary: 'Orders that wait for the owner key',
      body: ReportAccess,
      answer: DraftsAnswer,
      middleware: [owning],
      refuses: ['not-found'],
    },
    async (body) => ({ drafts: (await ownersDrafts(context, body)).map(draftAnswer) }),
  )
  post(
    app,
    {
      path: '/v1/owner-words',
      summary: 'What a held or stolen phone says: picked from a closed list, signed by its owner',
      body: OwnerWordsRequest,
      answer: OwnerWordsAnswer,
      middleware: [owning, once],
      refuses: [
        'not-canonical',
        'alg',
        'attestation-needed',
        'not-this-device',
        'owner-key',
        'signature',
        'assertion',
        'replay',
        'window',
        'wrong-state',
        'not-found',
      ],
    },
    async ({ device, words }) => {
      await keepWords(context, { device: fromBase64(device), words: fromBase64(words) })
      return { kept: true as const }
    },
  )
  post(
    app,
    {
      path: '/v1/owner-bundles',
      summary: 'The orders in force about the phone, each with its proof',
      body: ReportAccess,
      answer: BundlesAnswer,
      middleware: [owning],
      refuses: ['not-found'],
    },
    async (body) => bundlesAnswer(await bundlesOfReport(context, body)),
  )
  post(
    app,
    {
      path: '/v1/checks',
      summary: 'Is there a report for this IMEI or serial?',
      body: CheckRequest,
      answer: CheckAnswer,
      middleware: [asking],
      refuses: ['imei-length', 'imei-digits', 'imei-check-digit', 'serial-malformed'],
      padTo: CHECK_BYTES,
    },
    async (body) => {
      const { state, treeSize, isReadyForHandover, at, signed } = await check(
        context,
        namedIn(body),
      )
      return {
        state,
        sentence: CHECK_SENTENCES[state],
        readyForHandover: isReadyForHandover,
        treeSize,
        at: new Date(at * 1000).toISOString(),
        signed: toBase64(signed),
      }
    },
  )
}

/** The one device a request names. @throws {Refusal} malformed, imei-length, imei-digits, imei-check-digit, serial-malformed */
export function namedIn({ imei, serial }: z.infer<typeof CheckRequest>) {
  demand(
    (imei === undefined) !== (serial === undefined),
    'malformed',
    'expected an imei or a serial',
  )
  return imei === undefined
    ? { serial: parseSerial(serial ?? '') }
    : { imei: parseImei(imei).imei14 }
}

function reportAnswer({ lapsesAt, device, ...status }: ReportStatus) {
  const until = lapsesAt === null ? null : new Date(lapsesAt * 1000).toISOString()
  return { ...status, lapsesAt: until, device: toBase64(device) }
}

export function bundlesAnswer(bundles: readonly ExportedBundle[]) {
  return {
    bundles: bundles.map(({ act, index, bundle }) => ({ act, index, bundle: toBase64(bundle) })),
  }
}

/** A draft as it leaves: the signer checks that the opening belongs to the payload. */
export function draftAnswer({ id, act, payload, opening }: Draft) {
  return { id, act, payload: toBase64(payload), opening: toBase64(opening) }
}
