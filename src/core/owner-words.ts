import { equal } from './bytes.ts'
import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import { coseSign, verifySlot, type ContentType, type SlotVerifier } from './cose.ts'
import { coseKey, kidOf, parseCoseKey, thumbprint, type Signer } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { Refusal, demand } from './refusal.ts'

/** The owner's words on the gate, of which there are these. */
export const MESSAGES = ['return', 'needed', 'thanks'] as const
export type Message = (typeof MESSAGES)[number]

/** What a gate speaks, by BCP 47 tag. */
export const GATE_LANGUAGES = ['en', 'es', 'pt-BR', 'fr', 'ar', 'zh-Hans', 'ja'] as const
export type GateLanguage = (typeof GATE_LANGUAGES)[number]

/**
 * What an owner lets his stolen phone say: picked from closed lists, never written. Free text, an address
 * or a number of his own is nothing he could be made to put there.
 */
export interface OwnerWords {
  /** Thumbprint of the device key. */
  readonly dak: Uint8Array
  readonly message: Message
  /** What the gate speaks until its reader picks another; null: what it would speak anyway. */
  readonly language: GateLanguage | null
  /** Reference of the report, for whoever found the phone to tell police: `SM-7Q4K-2M9X`. */
  readonly reference: string | null
  /** When he said so, Unix seconds: later words take the place of earlier ones. */
  readonly at: number
}

const TYPE = 'application/stolen-words+cbor' satisfies ContentType
const MAX_PAYLOAD = 512

/** Signed by the owner's key, which it names, so that a phone that knows only a thumbprint can verify it. */
export function signOwnerWords(words: OwnerWords, owner: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, words.dak],
    [3, words.message],
    [4, words.language],
    [5, words.reference],
    [6, words.at],
    [7, coseKey(owner.key)],
  ])
  return encodeDocument(coseSign(TYPE, payload, [owner]))
}

/** What whoever reads words knows of the phone they are for. */
export interface ExpectedWords {
  readonly dak: Uint8Array
  /** Thumbprint of its owner's key; null: it has none. */
  readonly owner: Uint8Array | null
  /** When the words it has were said, Unix seconds; null: it has none. */
  readonly after: number | null
}

/**
 * Reads and judges, for registry and phone alike: nobody but the owner puts words on a phone.
 * @throws {Refusal} malformed, not-canonical, too-large, alg; not-this-device; owner-key; signature,
 * assertion; replay: not later than the words it has
 */
export function readOwnerWords(
  document: Uint8Array,
  expected: ExpectedWords,
  how: SlotVerifier,
): OwnerWords {
  const cose = parseDocument(document, TYPE)
  const fields = new Fields(decodeCbor(cose.payload, MAX_PAYLOAD))
  demand(fields.uint(1) === 1, 'malformed', 'expected words of version 1')
  const words = {
    dak: fields.bytes(2, 32),
    message: oneOf(MESSAGES, fields.text(3, 16)),
    language: fields.take(4) === null ? null : oneOf(GATE_LANGUAGES, fields.text(4, 16)),
    reference: fields.take(5) === null ? null : checkReference(fields.text(5, 12)),
    at: fields.uint(6),
  }
  const key = parseCoseKey(fields.take(7))
  fields.done()
  demand(equal(words.dak, expected.dak), 'not-this-device', 'the words are for another phone')
  const isOwner = expected.owner !== null && equal(thumbprint(key), expected.owner)
  demand(isOwner, 'owner-key', 'not the words of its owner')
  const [slot] = cose.slots
  demand(slot !== undefined && cose.slots.length === 1, 'malformed', 'expected one signature')
  demand(equal(slot.kid, kidOf(key)), 'signature', 'signed with another key')
  verifySlot(cose, slot, key, how)
  const isLater = expected.after === null || words.at > expected.after
  demand(isLater, 'replay', 'later words stand there already')
  return words
}

/** @throws {Refusal} malformed: no reference has another form, so nothing else fits in */
export function checkReference(text: string): string {
  const isOne = /^SM-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/.test(text)
  demand(isOne, 'malformed', 'expected a reference such as SM-7Q4K-2M9X')
  return text
}

function oneOf<T extends string>(list: readonly T[], text: string): T {
  const known = list.find((one) => one === text)
  if (known === undefined) throw new Refusal('malformed', 'not one of the words there are')
  return known
}
