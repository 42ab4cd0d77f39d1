import type { WaitingAct } from '../core/index.ts'

/** What an owner is told of, on every channel there is. */
export const NOTICES = [
  'requested',
  'waiting',
  'cancelled',
  'done',
  'contact',
  'disputed',
  'police-asked',
  'lock-error',
  'trusted-held',
  'card',
  'passkey',
  'found',
  'return-waits',
] as const
export type NoticeWhat = (typeof NOTICES)[number]

/** What a notice says, before it is put into words. */
export interface NoticeSaid {
  readonly what: NoticeWhat
  /** Null where it is about no act. */
  readonly act: WaitingAct | null
  /** RFC 3339, where it is known. */
  readonly readyAt: string | null
}

const ACT: Readonly<Record<WaitingAct, string>> = {
  reset: 'Erasing your phone',
  unprotect: 'Switching off the theft protection of your phone',
  transfer: 'Handing your phone over to another owner',
}

const STOP =
  'If this was not you, stop it: with your recovery card, with your key on another device, or at any ' +
  'police counter. Stopping costs nothing, and nobody will ask you for a code or a password.'

/** One plain text for screens and mail: what, when, and how to stop it. It names no phone and no person. */
export function noticeText({ what, act, readyAt }: NoticeSaid): string {
  const subject = act === null ? 'This' : ACT[act]
  const text: Readonly<Record<NoticeWhat, string>> = {
    requested: `${subject} was asked for on the phone. It needs a second proof from elsewhere, and then it waits. ${STOP}`,
    waiting: `${subject} will be possible from ${readyAt ?? 'later'} on. ${STOP}`,
    cancelled: `${subject} was stopped. Nothing has changed on your phone.`,
    done: `${subject} was done. If this was not you, report the phone as stolen.`,
    contact:
      'The address for messages about your phone was set, changed or removed with your key. ' +
      'If this was not you, report the phone as stolen.',
    disputed:
      'Whoever owned your phone before you says it was not his will to give it away. Nothing has changed ' +
      'on your phone. Answer with your recovery card: police hear both sides.',
    'police-asked':
      'Somebody without your recovery card has asked police to block your phone. Nothing has changed on it. ' +
      'If that was not you, tell police: phone 101.',
    'lock-error':
      'Police say that your phone was blocked in error. Sign in to your account and confirm that the block ends: ' +
      'without your key it does not. Nobody will ask you for a code or a password.',
    card:
      'A new recovery card was made for your phone, with your key; the old one has ended. If this was not you, ' +
      'report the phone as stolen.',
    passkey:
      'A passkey was added to your account, or removed from it. If this was not you, sign in, look at your ' +
      'passkeys, and report the phone as stolen.',
    found:
      'Police have your phone. It stays blocked until you and police both sign that it comes back. Sign in to your ' +
      'account, as you always do, and say how: nobody will ask you for a code, a password or a payment, and no link ' +
      'is needed.',
    'return-waits':
      'Police have had your phone for 28 days, and you have not said how it comes back. Sign in to your account, or ' +
      'phone 101: then police follow their own procedure for found property. Nobody will ask you for a code, a ' +
      'password or a payment.',
    'trusted-held':
      'Somebody you trust has reported your phone stolen for you. It is locked for 72 hours at most. If that ' +
      'is a mistake, take the report back in your account, or phone 101.',
  }
  return text[what]
}
