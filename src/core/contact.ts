import { asArray, asText, type CborValue } from './cbor.ts'
import { demand } from './refusal.ts'

/** How the public reaches a force: it stands on the screen of every phone the force has locked. */
export interface Contact {
  /** As it is dialled from abroad: `+` and 6 to 15 digits (E.164). */
  readonly tel: string
  readonly url: string | null
}

/** @throws {Refusal} malformed: what stands in millions of hands is a number and an address, and nothing else */
export function checkContact({ tel, url }: Contact): Contact {
  demand(/^\+[1-9][0-9]{5,14}$/.test(tel), 'malformed', 'expected a telephone number such as +44…')
  const isUrl = url === null || /^https:\/\/[a-z0-9.-]{4,64}(\/[A-Za-z0-9/_-]{0,32})?$/.test(url)
  demand(isUrl, 'malformed', 'expected a short https address')
  return { tel, url }
}

export function encodeContact({ tel, url }: Contact): CborValue {
  return [tel, url]
}

/** @throws {Refusal} malformed */
export function decodeContact(value: CborValue | undefined): Contact {
  const [tel, url] = asArray(value, 2)
  return checkContact({ tel: asText(tel, 16), url: url === null ? null : asText(url, 128) })
}
