import { withCheckDigit, type Refusal, type WHY_STOLEN } from '../../core/index.ts'
import type {
  CorrectionReason,
  Evidence,
  Mark,
  Queued,
  QueueKind,
  QueueState,
  View,
} from '../../registry/index.ts'

/** What taking a case means, and says. */
export const TAKING =
  'It is yours for 30 minutes; others see that. What you look at is recorded with the case. By taking it you say that you know none of the people involved: if you know one, leave it to others.'

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  'proof-given': 'Proof of purchase given',
  transferred: 'Sold on record',
  'reported-before': 'Reported before',
  disputed: 'Owner disputed',
  'seen-since': 'Seen since the report',
  'unlocked-since': 'Unlocked by its owner since',
}

export const KIND_WORDS: Readonly<Record<QueueKind, string>> = {
  report: 'Report of its owner',
  request: 'Request without a card',
  number: 'Opened by number',
}

export const QUEUE_WORDS: Readonly<Record<QueueState, string>> = {
  waiting: 'Waiting for a decision',
  new: 'New',
  open: 'Taken up',
  proposed: 'Second officer needed',
  locked: 'Blocked',
  refused: 'Refused',
}

export const STATE_OF_CASE: Readonly<Record<Queued['state'], string>> = {
  new: 'New',
  open: 'Taken up',
  proposed: 'Second officer needed',
  approved: 'Signed',
  locked: 'Blocked',
  withdrawn: 'Withdrawn',
  refused: 'Refused',
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long, in the largest whole unit: "3 hours". */
export function ageWords(ms: number): string {
  const [count, unit] =
    ms < HOUR
      ? [Math.floor(ms / MINUTE), 'minute']
      : ms < 48 * HOUR
        ? [Math.floor(ms / HOUR), 'hour']
        : [Math.floor(ms / (24 * HOUR)), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

export const VIEW_WORDS: Readonly<Record<View, string>> = {
  receipt: 'Proof of purchase was seen',
  spoke: 'The owner was spoken to',
  fits: 'The account fits what is on record',
  doubt: 'I have doubts',
}

export const CORRECTION_WORDS: Readonly<Record<CorrectionReason, string>> = {
  'wrong-phone': 'Another phone was meant',
  'no-theft': 'It was not stolen or lost after all',
  'not-owners': 'Whoever reported it was not its owner',
  'against-rules': 'It was ordered against the rules',
}

export const WHY_WORDS: Readonly<Record<keyof typeof WHY_STOLEN, string>> = {
  theft: 'Theft',
  robbery: 'Robbery',
  burglary: 'Burglary',
  lost: 'Lost',
}

export const PROOF_WORDS: Readonly<Record<string, string>> = {
  card: 'Recovery card',
  passkey: 'The owner’s passkey',
  trusted: 'A trusted person',
}

/** The order in words: exactly one phone, as much of its number as tells it from another on the desk. */
export function orderWords({ model, ids }: Evidence['subject']): string {
  const [imei] = ids.imeis
  const ending = imei === undefined ? '' : `, ending ${withCheckDigit(imei).slice(-2)}`
  return `This blocks one phone, ${model ?? 'of a model nobody told'}${ending}`
}

/** A phone's state as police read it. */
export const PHONE_WORDS: Readonly<Record<Evidence['device']['state'], string>> = {
  protected: 'Not locked',
  held: 'Locked by its owner',
  stolen: 'Blocked everywhere',
  recovered: 'With police',
  retired: 'Out of use for good',
}

/** Whoever comes second reads who was first. */
export const takenBy = ({ facts }: Refusal): string =>
  `This case is taken by ${String(facts['officer'])}. It is free again in 30 minutes at the latest`
