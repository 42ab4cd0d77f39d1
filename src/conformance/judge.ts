import { equal, thumbprint, type Eat } from '../core/index.ts'
import type { Step } from './case.ts'
import { displayDiffers, judgeGiven, judgeGlass, judgePartShown } from './judge-parts.ts'
import type { Seen, Stage } from './stage.ts'

/** A step asked of the phone, with what must be seen after it. */
export type Asked = Exclude<Step, { readonly do: Played }>

/** What the suite does without the phone. */
type Played =
  | 'issue'
  | 'sell'
  | 'log-time'
  | 'network'
  | 'registry'
  | 'owner'
  | 'part'
  | 'donor'
  | 'part-release'
  | 'part-list'

/** What was to be seen, and was not. */
export interface Miss {
  readonly expected: string
  readonly found: string
}

/** Compares what was seen with what the step expects; null where nothing is amiss. */
export function judge(step: Asked, seen: Seen, stage: Stage): Miss | null {
  return (
    judgeRefusal(step, seen) ??
    judgeScreen(step, seen) ??
    judgeShown(step, seen, stage) ??
    judgePartShown(step, seen, stage) ??
    judgeGlass(step, seen, stage) ??
    judgeGiven(step, seen, stage) ??
    judgeCall(step, seen) ??
    judgeKept(step, seen, stage) ??
    judgeNetwork(step, seen, stage) ??
    judgeStatement(step, seen, stage)
  )
}

function judgeRefusal({ refusal: wanted }: Asked, { answer: { refusal } }: Seen): Miss | null {
  if (wanted === 'any' || (wanted === 'some' && refusal !== null)) return null
  const code = wanted ?? null
  if (refusal === code) return null
  return { expected: code === null ? 'done' : `refused: ${code}`, found: said(refusal) }
}

const said = (refusal: string | null) => (refusal === null ? 'done' : `refused: ${refusal}`)

function judgeScreen({ screen: wanted }: Asked, { answer: { screen } }: Seen): Miss | null {
  if (wanted === undefined) return null
  const kind = screen?.kind ?? null
  const fits = Array.isArray(wanted) ? wanted.some((one) => one === kind) : wanted === kind
  if (fits) return null
  return { expected: `screen ${[wanted].flat().join(' or ')}`, found: `screen ${kind ?? 'off'}` }
}

function judgeShown({ shows }: Asked, { answer: { screen } }: Seen, stage: Stage): Miss | null {
  if (shows === undefined) return null
  const { forceOrder, intake } = stage.played.world.home
  const { order, authority, until, appeal } = shows
  const wanted = {
    ...(order !== undefined && { index: orderNamed(stage, order).index }),
    ...(authority && { authority: authority === 'force' ? forceOrder.sub : intake.sub }),
    ...(until !== undefined && { until: orderNamed(stage, until).exp }),
  }
  for (const [field, value] of Object.entries(wanted)) {
    const found = screen?.[field as keyof typeof wanted]
    if (found !== value) return { expected: `${field} ${value} shown`, found: `${found}` }
  }
  if (shows.notice !== undefined && (screen?.notice !== undefined) !== shows.notice)
    return { expected: `notice of what waits: ${shows.notice}`, found: `${!shows.notice}` }
  const says = (screen?.appeal ?? '').length
  if (appeal && says < 40) return { expected: 'how to appeal, shown', found: `${says} letters` }
  return null
}

function judgeCall({ calling: wanted }: Asked, { answer: { calling } }: Seen): Miss | null {
  if (wanted === undefined || wanted === calling) return null
  return {
    expected: `talking to ${wanted ?? 'nobody'}`,
    found: `talking to ${calling ?? 'nobody'}`,
  }
}

function judgeKept({ kept }: Asked, { answer: { text } }: Seen, stage: Stage): Miss | null {
  if (kept === undefined) return null
  const isKept = stage.kept !== null && text === stage.kept
  if (isKept === kept) return null
  const words = (is: boolean) => (is ? "the user's data" : 'no data of the user')
  return { expected: words(kept), found: words(isKept) }
}

function judgeNetwork({ admitted, asked }: Asked, seen: Seen, stage: Stage): Miss | null {
  if (admitted !== undefined && seen.answer.admitted !== admitted)
    return { expected: `admitted: ${admitted}`, found: `admitted: ${seen.answer.admitted}` }
  if (asked === undefined) return null
  const wanted = asked === null ? [] : [stage.imeis[asked]]
  if (wanted.length === seen.asked.length && wanted.every((imei, i) => imei === seen.asked[i]))
    return null
  const expected = asked === null ? 'no question to the register' : `the number of slot ${asked}`
  const found = seen.asked.length === 0 ? 'no question to the register' : 'another number'
  return { expected, found }
}

/** The one thing that is no claim of the adapter: what the phone's own key says over a fresh nonce. */
function judgeStatement({ attested, silent }: Asked, { eats }: Seen, stage: Stage): Miss | null {
  const stranger = eats.find(({ dak }) => !equal(thumbprint(dak), stage.dak))
  if (stranger) return { expected: "a statement under this phone's key", found: 'another key' }
  if (silent && eats.length > 0)
    return { expected: 'nothing said to the registry', found: `${eats.length} statements` }
  if (attested === undefined) return null
  const last = eats.at(-1)
  if (last === undefined) return { expected: 'a statement of the phone', found: 'none' }
  return differs(attested, last, stage)
}

function differs(wanted: NonNullable<Asked['attested']>, eat: Eat, stage: Stage): Miss | null {
  const { state, ctr, owner, imeis, outstanding, isProtected, display } = wanted
  const attested = (what: unknown) => `attested ${String(what)}`
  if (eat.state !== state) return { expected: attested(state), found: attested(eat.state) }
  if (eat.ctr !== ctr)
    return { expected: attested(`counter ${ctr}`), found: attested(`counter ${eat.ctr}`) }
  if (outstanding !== undefined) {
    const index = outstanding === null ? null : orderNamed(stage, outstanding).index
    if (eat.outstanding !== index)
      return { expected: attested(`order ${index}`), found: attested(`order ${eat.outstanding}`) }
  }
  if (isProtected !== undefined && eat.isProtected !== isProtected)
    return {
      expected: attested(`protection ${isProtected}`),
      found: attested(`protection ${eat.isProtected}`),
    }
  const isOwners =
    owner !== undefined &&
    eat.owner !== null &&
    equal(eat.owner, thumbprint(stage.person(owner).signer.key))
  if (owner && !isOwners)
    return { expected: attested(`the key of the ${owner}`), found: attested('another or none') }
  const isSame = eat.imeis.length === stage.imeis.length
  if (imeis && !(isSame && eat.imeis.every((imei, i) => imei === stage.imeis[i])))
    return { expected: attested('the numbers of the maker'), found: attested('other numbers') }
  return displayDiffers(display, eat, stage)
}

export function orderNamed(stage: Stage, name: string) {
  const order = stage.orders.get(name)
  if (order === undefined) throw new Error(`the case speaks of ${name} before it issues it`)
  return order
}
