import {
  checkDeviceCode,
  checkRelease,
  equal,
  fromBase64,
  parseRelease,
  readCertificate,
  releases,
  type Eat,
} from '../core/index.ts'
import { nodeVerifiers } from '../host/index.ts'
import type { Expected } from './case.ts'
import type { Miss } from './judge.ts'
import type { Seen, Stage } from './stage.ts'

/** What a restricted phone must say of a part, and that it speaks of no other. */
export function judgePartShown(
  { shows }: Expected,
  { answer: { screen } }: Seen,
  stage: Stage,
): Miss | null {
  const wanted = shows?.part
  if (wanted === undefined) return null
  const [said, ...more] = screen?.parts ?? []
  if (said === undefined || more.length > 0)
    return { expected: 'one part spoken of', found: said ? `${more.length + 1}` : 'none' }
  const { until, inWords } = wanted
  const end = until === undefined ? null : stage.parts.named(until).made?.donor.standing.until
  const facts = {
    code: wanted.code,
    ...(wanted.why && { why: wanted.why }),
    ...(wanted.authority && { authority: stage.played.world.home.forceOrder.sub }),
    ...(until !== undefined && { until: end ?? null }),
  }
  for (const [field, value] of Object.entries(facts)) {
    const found = said[field as keyof typeof facts]
    if (found !== value) return { expected: `${field} ${value} shown`, found: String(found) }
  }
  if (inWords && said.text.length < 40)
    return { expected: 'a sentence about the part', found: `${said.text.length} letters` }
  return null
}

/** What the phone's key says sits in the place of its display. */
export function displayDiffers(
  wanted: string | null | undefined,
  eat: Eat,
  stage: Stage,
): Miss | null {
  if (wanted === undefined) return null
  const has = (name: string) =>
    eat.parts.some(({ part }) => equal(part, stage.printOf('display', name)))
  const isThere = (name: string | null) =>
    name === null ? !has('own') && !stage.parts.prints.some(isIn(eat)) : has(name)
  if (isThere(wanted)) return null
  const said = (what: string | null) => `attested display: ${what ?? 'none'}`
  return { expected: said(wanted), found: said(has('own') ? 'own' : 'another or none') }
}

const isIn = (eat: Eat) => (print: Uint8Array) => eat.parts.some(({ part }) => equal(part, print))

/** A release is judged as a registry judges it. */
export function judgeGiven({ gives }: Expected, { answer }: Seen, stage: Stage): Miss | null {
  if (!gives) return null
  const expected = 'a release by phone and owner'
  const { es256: verify } = nodeVerifiers()
  const { log, played } = stage
  try {
    const release = checkRelease(parseRelease(fromBase64(answer.release ?? '')), {
      phone: { dak: stage.key, owner: stage.owner.signer.key, state: 'protected' },
      authorities: played.world.authorities(verify),
      t: log.now * 1000,
      index: log.size,
      verify,
    })
    const tenure = { host: stage.dak, binding: stage.madeBinding }
    const isIt = releases(release, tenure, stage.printOf('display', 'own'))
    return isIt ? null : { expected, found: 'another part, or out of another binding' }
  } catch {
    return { expected, found: 'none that holds' }
  }
}

/** What the glass offers whoever finds the phone. */
export function judgeGlass(
  { glass: wanted }: Expected,
  { answer: { lines = [], code } }: Seen,
  stage: Stage,
): Miss | null {
  if (wanted === undefined) return null
  const { forceOrder } = stage.played.world.home
  const telephone = readCertificate(forceOrder.document).cert.contact?.tel ?? ''
  const digits = (text: string) => text.replaceAll(/[^0-9]/g, '')
  if (wanted.telephone && !lines.some((line) => digits(line).includes(digits(telephone))))
    return { expected: "the authority's telephone number", found: 'no such line' }
  // A word such as "Police" is the same in several; whole pages are not.
  const same = lines.filter((line) => stage.english.includes(line)).length
  const isTranslated = lines.length > 0 && same * 2 < lines.length
  if (wanted.translated && !isTranslated)
    return { expected: 'lines in another language', found: `${lines.length} lines, as in English` }
  if (wanted.code !== undefined && !isCodeOf(code ?? '', wanted.code, stage))
    return { expected: `a code that names ${wanted.code}`, found: code ? 'another code' : 'none' }
  return null
}

function isCodeOf(text: string, order: string, stage: Stage): boolean {
  try {
    const { index } = checkDeviceCode(text, stage.key, nodeVerifiers().es256)
    return index === stage.orders.get(order)?.index
  } catch {
    return false
  }
}
