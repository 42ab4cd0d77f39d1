import {
  demand,
  signOwnerRequestWith,
  thumbprint,
  type OwnerStep,
  type WaitingAct,
} from '../core/index.ts'
import { noticeText } from '../wire/index.ts'
import type { Inside } from './inside.ts'
import { trySync } from './intake.ts'

/** What the phone itself has judged of the person who holds it, here by whoever plays it. */
export interface FirstFactor {
  readonly passcode: boolean
  readonly biometric: boolean
}

/** What a phone does by itself once two factors and a day are behind it. */
type PhoneAct = Exclude<WaitingAct, 'transfer'>

/**
 * The first of two factors: the request goes to the registry, and waits there. Nothing on this phone
 * counts the time, so nothing on it can shorten it.
 * @throws {Refusal} reset-refused, proof-too-weak, wrong-state, unavailable …
 */
export async function askFor(inside: Inside, act: WaitingAct, factor: FirstFactor): Promise<void> {
  demandFirst(inside, factor)
  const { request } = await signed(inside, 'ask', act)
  const { stage, readyAt } = await inside.registry.ask(request)
  const what = stage === 'requested' ? 'requested' : 'waiting'
  const said = { what, act, readyAt } as const
  inside.showNotice({ ...said, text: noticeText(said) })
}

/** Stops what waits: whoever holds an open phone may, it costs nobody anything. @throws {Refusal} wrong-state … */
export async function stop(inside: Inside): Promise<void> {
  inside.demandOn()
  demand(inside.isFree, 'reset-refused', 'only an open, protected phone speaks for its owner')
  const { request } = await signed(inside, 'stop', null)
  await inside.registry.stop(request)
  await trySync(inside)
}

/**
 * Erases an open phone from its menu: with a ticket while its protection is on. Activation follows.
 * @throws {Refusal} reset-refused, proof-too-weak, second-factor-needed, reset-pending,
 * reset-cancelled, a code of `checkResetTicket`, unavailable …
 */
export async function resetFromMenu(inside: Inside, factor: FirstFactor): Promise<void> {
  const erase = async () => {
    await inside.activation.erase()
    inside.showNotice(null)
    inside.shut()
  }
  if (inside.memory.known.isProtected) return withTicket(inside, 'reset', factor, erase)
  return inside.memory.inTurn(async () => {
    demandFree(inside)
    demand(!inside.memory.known.isProtected, 'reset-refused', 'protection is on again')
    await erase()
  })
}

/** Switches protection off, as the same two factors and wait allow. @throws as `resetFromMenu` */
export async function unprotect(inside: Inside, factor: FirstFactor): Promise<void> {
  await withTicket(inside, 'unprotect', factor, async () => {
    const { memory } = inside
    await memory.persist({ ...memory.known, isProtected: false })
  })
  await trySync(inside) // the registry hears that it is done
}

/** On again, at once. @throws {Refusal} reset-refused, store */
export async function protect(inside: Inside): Promise<void> {
  const { memory } = inside
  await memory.inTurn(async () => {
    demandFree(inside)
    await memory.persist({ ...memory.known, isProtected: true })
  })
  await trySync(inside)
}

/** Asks for a ticket, judges it, and acts before anything else can come between. */
async function withTicket(
  inside: Inside,
  act: PhoneAct,
  factor: FirstFactor,
  work: () => Promise<void>,
): Promise<void> {
  const { memory, registry, verify, options, law } = inside
  demandFirst(inside, factor)
  const { request, nonce } = await signed(inside, 'use', act)
  const answer = await registry.ticket(request)
  await memory.inTurn(async () => {
    demandFree(inside)
    const { store, known } = memory
    const expected = {
      act,
      dak: thumbprint(store.dak),
      nonce,
      ctr: known.device.ctr,
      now: known.now,
    }
    const authorities = inside.homeAuthorities(answer.certificates)
    law.redeem(answer.ticket, authorities, expected, verify.es256)
    await work()
    options.logger.info({ act }, 'done with a ticket')
  })
}

async function signed({ memory, registry }: Inside, step: OwnerStep, act: WaitingAct | null) {
  const nonce = await registry.nonce()
  const { store, known } = memory
  const device = thumbprint(store.dak)
  const content = { step, act, device, nonce, ctr: known.device.ctr, mail: null }
  const request = await signOwnerRequestWith(content, store.dak, (bytes) => store.sign(bytes))
  return { request, nonce }
}

/** @throws {Refusal} unavailable, reset-refused, proof-too-weak */
function demandFirst(inside: Inside, { passcode, biometric }: FirstFactor): void {
  demandFree(inside)
  demand(passcode || biometric, 'proof-too-weak', 'expected a biometric or the unlock secret')
}

function demandFree(inside: Inside): void {
  inside.demandOn()
  demand(inside.isFree, 'reset-refused', 'only an open, protected phone resets itself')
}
