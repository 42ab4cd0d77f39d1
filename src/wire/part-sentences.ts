import type { Refusal, RefusalCode, WhyPartRefused } from '../core/index.ts'

/** How a phone says that it refuses a part: what is wrong, and whom to ask. */
export interface PartSentence {
  readonly code: RefusalCode
  readonly why: WhyPartRefused | null
  /** Whose order stands behind it, where one does. */
  readonly authority: string | null
  /** When the hold behind it lapses, Unix seconds; null for everything else. */
  readonly until: number | null
  readonly text: string
}

const ASK_MAKER = "Ask the phone's maker, or a certified repairer, for another part."
/** Facts come from another party, and what is said here is read by people. */
const NAME = /^[a-z0-9./-]{1,256}$/
const LAST_SECOND = 253_402_300_799 // of the year 9999

interface Facts {
  readonly authority: string | null
  readonly until: number | null
}

const REFUSED: Readonly<Record<WhyPartRefused, (facts: Facts) => string>> = {
  'not-released': () =>
    'This part belongs to another phone, whose owner has not given it away. Ask whoever sold it ' +
    'for the release of that owner.',
  'not-paired': () =>
    'This part is not paired with this phone yet. Connect the phone to a network and pair it.',
  'donor-held': ({ until }) =>
    'This part belongs to a phone that its owner has reported. Wait' +
    (until === null ? '' : ` until ${new Date(until * 1000).toISOString()}`) +
    ', and try again.',
  'donor-stolen': ({ authority }) =>
    'This part belongs to a stolen phone. It is no fault of yours: call ' +
    (authority === null ? 'any police force' : `${authority}, which locked that phone`) +
    '. They collect it free of charge.',
}

const BY_CODE: Readonly<Partial<Record<RefusalCode, string>>> = {
  'part-unknown': `No maker vouches for this part. ${ASK_MAKER}`,
  'part-signature': `This part did not prove that it is what it says. ${ASK_MAKER}`,
  'part-duplicate': `This part answers in another phone too: one of the two is a copy. ${ASK_MAKER}`,
  'part-batch-revoked': `The key that vouched for this part was revoked. ${ASK_MAKER}`,
  'donor-release-used':
    'The release of this part was used before. Ask whoever sold the part: it counts once.',
}

/** One plain sentence for whoever stands before the phone. */
export function partSentence({ code, facts }: Pick<Refusal, 'code' | 'facts'>): PartSentence {
  const { why, until } = facts
  const isName = typeof facts['authority'] === 'string' && NAME.test(facts['authority'])
  const authority = isName ? String(facts['authority']) : null
  const isTime = typeof until === 'number' && until >= 0 && until <= LAST_SECOND
  const known = code === 'part-refused' && isWhy(why) ? why : null
  const told = { authority, until: isTime && known === 'donor-held' ? until : null }
  const text = known ? REFUSED[known](told) : BY_CODE[code]
  return {
    code,
    why: known,
    ...told,
    text: text ?? `This part cannot be used here. ${ASK_MAKER}`,
  }
}

function isWhy(why: unknown): why is WhyPartRefused {
  return typeof why === 'string' && Object.hasOwn(REFUSED, why)
}
