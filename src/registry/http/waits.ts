import type { OpenAPIHono } from '@hono/zod-openapi'
import type { z } from 'zod'
import { demand, fromBase64, toBase64 } from '../../core/index.ts'
import {
  ConfirmRequest,
  ContactAnswer,
  ContactRequest,
  CounterConfirmRequest,
  CounterStopRequest,
  MailAddress,
  OwnerWaitsAnswer,
  OwnerWaitsRequest,
  PhoneRequest,
  StopRequest,
  TicketAnswer,
  WaitAnswer,
  noticeText,
  type NoticeAnswer,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { audit } from '../model/audit.ts'
import type { Caller } from '../model/caller.ts'
import { subjectForDevice } from '../model/subjects.ts'
import { setContact } from '../services/contacts.ts'
import { saidOf, type Notice } from '../services/notices.ts'
import {
  deviceNamed,
  deviceOfCard,
  fromOwner,
  fromPhone,
  phonesOfKey,
} from '../services/owner-proofs.ts'
import { ownersPhones } from '../services/owner-waits.ts'
import { giveTicket } from '../services/tickets.ts'
import { cancelAct, confirmAct, requestAct, type WaitStatus } from '../services/waits.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { namedIn } from './owners.ts'
import { post } from './route.ts'
import { callerIn, signed } from './signed.ts'
import type { Throttle } from './throttle.ts'

/** What can be wrong with a request that a key signed inside the body. */
const SIGNED = ['not-canonical', 'alg', 'signature', 'token-nonce'] as const
const BY_OWNER = [...SIGNED, 'assertion', 'owner-key'] as const
const OVER = ['not-found', 'wrong-state', 'reset-cancelled', 'transfer-cancelled'] as const
const NUMBER = ['imei-length', 'imei-digits', 'imei-check-digit', 'serial-malformed'] as const

/**
 * Acts of an owner that wait. The phone asks; a second proof comes from elsewhere; the registry's clock
 * runs; anybody with any proof may stop it. No code of a text message or call has a place in here.
 */
export function waitRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  const owning = throttle.guard('owner')
  const once = idempotent(context)
  post(
    app,
    {
      path: '/v1/waits',
      summary: 'Ask for an act that waits: the first factor, judged by the phone',
      body: PhoneRequest,
      answer: WaitAnswer,
      middleware: [once],
      refuses: [...SIGNED, 'attestation-needed', 'proof-too-weak', 'wrong-state', 'rate-limited'],
    },
    async ({ request }, c) => {
      const { act, device } = await fromPhone(context, fromBase64(request), 'ask')
      demand(act !== null, 'malformed', 'expected an act')
      const id = requestId(c, toBase64(device))
      return waitAnswer(await requestAct(context, { id, device, act, first: 'phone' }))
    },
  )
  post(
    app,
    {
      path: '/v1/wait-tickets',
      summary: 'The first factor once more, after the wait: what lets the phone do it',
      body: PhoneRequest,
      answer: TicketAnswer,
      middleware: [once],
      refuses: [
        ...SIGNED,
        'attestation-needed',
        'not-found',
        'second-factor-needed',
        'reset-pending',
        'reset-cancelled',
        'counter-went-back',
      ],
    },
    async ({ request }) => {
      const asked = await fromPhone(context, fromBase64(request), 'use')
      const { ticket, certificates } = await giveTicket(context, asked)
      return { ticket: toBase64(ticket), certificates: certificates.map(toBase64) }
    },
  )
  post(
    app,
    {
      path: '/v1/wait-confirmations',
      summary: "The second factor: the owner's key, from another device",
      body: ConfirmRequest,
      answer: WaitAnswer,
      middleware: [owning, once],
      refuses: [...BY_OWNER, ...OVER, 'second-factor-needed', 'proof-too-weak'],
    },
    async (body) => {
      if ('card' in body) {
        const device = await deviceOfCard(context, body.card)
        return waitAnswer(await confirmAct(context, { device, act: body.act, second: 'card' }))
      }
      const { act, device } = await fromOwner(context, proofIn(body), 'confirm')
      demand(act !== null, 'malformed', 'expected an act')
      return waitAnswer(await confirmAct(context, { device, act, second: 'owner-key' }))
    },
  )
  post(
    app,
    {
      path: '/v1/wait-cancellations',
      summary: 'Stop whatever waits: key, phone or card',
      body: StopRequest,
      answer: WaitAnswer,
      middleware: [owning, once],
      refuses: [...BY_OWNER, 'attestation-needed', 'not-found', 'wrong-state', 'proof-too-weak'],
    },
    async (body) => waitAnswer(await cancelAct(context, { device: await whoStops(context, body) })),
  )
  post(
    app,
    {
      path: '/v1/owner-waits',
      summary: 'What waits for the phones of a key, and what their owner was told',
      body: OwnerWaitsRequest,
      answer: OwnerWaitsAnswer,
      middleware: [owning],
      refuses: BY_OWNER,
    },
    async (body) => {
      const phones = await ownersPhones(context, await phonesOfKey(context, proofIn(body)))
      return {
        devices: phones.map(({ device, waiting, notices, ...rest }) => ({
          ...rest,
          device: toBase64(device),
          waiting: waiting && waitAnswer(waiting),
          notices: notices.map(noticeAnswer),
        })),
      }
    },
  )
  post(
    app,
    {
      path: '/v1/owner-contacts',
      summary: 'Where notices go besides',
      body: ContactRequest,
      answer: ContactAnswer,
      middleware: [owning, once],
      refuses: BY_OWNER,
    },
    async (body) => {
      const { device, mail } = await fromOwner(context, proofIn(body), 'contact')
      demand(
        mail === null || MailAddress.safeParse(mail).success,
        'malformed',
        'expected an address',
      )
      await setContact(context, { device, mail })
      return { hasMail: mail !== null }
    },
  )
  counterRoutes(app, context)
}

/** Officers' and operators' counters, where a person shows who he is. */
function counterRoutes(app: OpenAPIHono<Env>, context: Context): void {
  post(
    app,
    {
      path: '/v1/counter-confirmations',
      summary: 'The second factor: identity, seen by an officer or operator',
      body: CounterConfirmRequest,
      answer: WaitAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: [...OVER, ...NUMBER, 'second-factor-needed'],
    },
    async ({ act, ...name }, c) => {
      const device = await atCounter(context, callerIn(c), { name, action: `counter.${act}` })
      return waitAnswer(await confirmAct(context, { device, act, second: 'counter' }))
    },
  )
  post(
    app,
    {
      path: '/v1/counter-cancellations',
      summary: 'Stop whatever waits, for a person at the counter',
      body: CounterStopRequest,
      answer: WaitAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: ['not-found', 'wrong-state', ...NUMBER],
    },
    async (name, c) => {
      const device = await atCounter(context, callerIn(c), { name, action: 'counter.stop' })
      return waitAnswer(await cancelAct(context, { device }))
    },
  )
}

/** Whose word it was stays on record. @throws {Refusal} forbidden, not-found, malformed */
async function atCounter(
  context: Context,
  caller: Caller,
  what: { readonly name: z.infer<typeof CounterStopRequest>; readonly action: string },
): Promise<Uint8Array> {
  const isCounter = caller.role === 'officer' || caller.role === 'operator'
  demand(isCounter, 'forbidden', 'this is for officers and operators')
  const device = await deviceNamed(context, namedIn(what.name))
  const { id: subjectId } = await subjectForDevice(context.db, device)
  await audit(context, caller, what.action, { subjectId })
  return device
}

async function whoStops(context: Context, body: z.infer<typeof StopRequest>): Promise<Uint8Array> {
  if ('card' in body) return deviceOfCard(context, body.card)
  if ('key' in body) return (await fromOwner(context, proofIn(body), 'stop')).device
  return (await fromPhone(context, fromBase64(body.request), 'stop')).device
}

function proofIn({ key, request }: z.infer<typeof OwnerWaitsRequest>) {
  return { key: fromBase64(key), request: fromBase64(request) }
}

function waitAnswer({ act, stage, requestedAt, readyAt }: WaitStatus): z.infer<typeof WaitAnswer> {
  return {
    act,
    stage,
    requestedAt: isoOf(requestedAt),
    readyAt: readyAt === null ? null : isoOf(readyAt),
  }
}

export function noticeAnswer(notice: Notice): z.infer<typeof NoticeAnswer> {
  const said = saidOf(notice)
  return { at: isoOf(notice.at), ...said, text: noticeText(said) }
}

const isoOf = (ms: number) => new Date(ms).toISOString()
