import { z } from 'zod'
import { PART_TYPES } from '../core/index.ts'
import { EnrolmentRequest } from '../wire/index.ts'

/** What a maker gives along, as a registry is shown it. */
const { statement, record, index, path, model } = EnrolmentRequest.shape

/** Of the messages below; an adapter that speaks another is not run. */
export const PROTOCOL = 1
/** Longest line, either way, in bytes. */
export const MAX_LINE = 65_536

/**
 * What a device may be able to do beside everything it must. Whoever lacks one says so by leaving it
 * out, and the report names it; nothing else excuses a skipped case.
 */
export const FEATURES = {
  'second-imei': 'two numbers, one for each SIM',
  'storage-reach': "the adapter can write where a thief with the user's storage in hand can",
  'store-reach': 'the adapter can spoil the secure store from outside, as no chip should allow',
  'image-reach': 'the adapter can put another system image where the maker’s lies, as a cable does',
  'write-cut': 'the adapter can cut the power after a given number of writes',
  parts: 'parts with keys of their own, a display among them',
  places: 'the adapter can make the phone believe that it is at home',
  'rewind-proof': 'an older secure store put back is noticed at boot',
} as const
export type Feature = keyof typeof FEATURES
const feature = z.enum(Object.keys(FEATURES) as [Feature, ...Feature[]])

/** What a thief does to the phone in his hand, without its owner and without its maker. */
const MOVES = [
  /** The record of the secure store is gone. */
  'store-delete',
  /** It is there and holds nothing. */
  'store-empty',
  /** It ends in the middle. */
  'store-shorten',
  /** One bit of it is another. */
  'store-flip',
  /** Everything the maker and the phone wrote into it is copied out, to be put back later. */
  'store-copy',
  'store-put-back',
  /** Something is laid where an activated phone keeps its sealed boot key. */
  'storage-forge',
  /** The user's storage as it was at an earlier `storage-copy`. */
  'storage-copy',
  'storage-put-back',
  /** Another system image lies where the maker's was. */
  'image-flash',
  /** The number of the first slot is written anew, wherever a phone box writes it. */
  'imei-write',
] as const
export type Move = (typeof MOVES)[number]

/** Text that may be shown at a terminal and on a page: no control and no bidirectional signs. */
const shownText = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u)

const base64 = z.base64()
/** What the person at the phone could show it; `sms`: a code that came to this very phone. */
const shown = { passcode: z.boolean(), biometric: z.boolean(), sms: z.boolean() }
const partType = z.enum(PART_TYPES)
const imei = z.string().regex(/^[0-9]{14}$/)

/** The question of each verb, but for its number. */
export const Ask = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('start'), protocol: z.number().int(), suite: z.string() }),
  /** A phone as it leaves the factory, switched off. It takes the place of the one before. */
  z.strictObject({
    do: z.literal('make'),
    imeis: z.array(imei).min(1).max(2),
    serial: z.string(),
    /** The signed root document. */
    root: base64,
    /** Where it finds its registry, and the operator's register; both played by the suite. */
    registry: z.url(),
    register: z.url(),
    country: z.string(),
  }),
  /** `pull`: the battery, without a word to the software. */
  z.strictObject({ do: z.literal('power'), to: z.enum(['on', 'off', 'pull']) }),
  /** What a shop does: hands over what the maker gave along, and the owner's key in PEM. */
  z.strictObject({
    do: z.literal('enrol'),
    statement: statement.unwrap(),
    record: record.unwrap(),
    index: index.unwrap(),
    path: path.unwrap(),
    model,
    owner: z.string(),
  }),
  z.strictObject({ do: z.literal('activate') }),
  /** The phone asks its registry for orders, as it does every 15 minutes. */
  z.strictObject({ do: z.literal('sync') }),
  /** A bundle arrives by another carrier: push, QR code, cable, an officer's phone. */
  z.strictObject({ do: z.literal('deliver'), bundle: base64 }),
  /** The proof of a sale arrives: it is the buyer's from then on. */
  z.strictObject({ do: z.literal('hand-over'), sale: base64 }),
  z.strictObject({ do: z.literal('reset'), how: z.enum(['menu', 'recovery']), ...shown }),
  /** Of the registry, for something that takes two factors and a day. */
  z.strictObject({ do: z.literal('ask'), act: z.enum(['reset', 'unprotect']), ...shown }),
  z.strictObject({ do: z.literal('stop-waiting') }),
  /** Reset protection, off or on again. */
  z.strictObject({ do: z.literal('protection'), on: z.boolean(), ...shown }),
  z.strictObject({ do: z.literal('unlock'), ...shown }),
  z.strictObject({ do: z.literal('call'), number: z.string() }),
  z.strictObject({ do: z.literal('hang-up') }),
  z.strictObject({ do: z.literal('look') }),
  /** Asks to be let into the network with the number of that slot. */
  z.strictObject({
    do: z.literal('attach'),
    slot: z.number().int().min(0).max(1),
    emergency: z.boolean(),
  }),
  /** That long passes with the phone as it is; only what is on counts it. */
  z.strictObject({ do: z.literal('run'), seconds: z.number().int().positive() }),
  /** Somebody sets the phone's own clock. Unix seconds. */
  z.strictObject({ do: z.literal('clock'), at: z.number().int() }),
  /** The user keeps something; the user looks at it. */
  z.strictObject({ do: z.literal('keep'), text: z.string() }),
  z.strictObject({ do: z.literal('read') }),
  /**
   * A phone that is off is opened, and something put into that place: `own`, the part it was made with;
   * `number`, what shows that part's key and signs nothing; `answer`, the same with the last answer that
   * part gave; `other`, a part with the key and the maker's word that come along.
   */
  z.strictObject({
    do: z.literal('fit'),
    type: partType,
    what: z.enum(['own', 'number', 'answer', 'other']),
    /** PEM of the part's key. */
    key: z.string().optional(),
    origin: base64.optional(),
  }),
  /** From the pairing page. */
  z.strictObject({ do: z.literal('pair'), type: partType, release: base64.optional() }),
  /** Gives a part away; `owner`: the owner's key in PEM. */
  z.strictObject({ do: z.literal('give'), type: partType, owner: z.string() }),
  /** A list of stolen parts arrives by whatever carrier. */
  z.strictObject({ do: z.literal('part-list'), list: base64 }),
  /** What stands on the glass of a closed phone, in that language (BCP 47). */
  z.strictObject({ do: z.literal('glass'), language: z.string() }),
  /** The phone is carried to where its owner lives, or away from there. */
  z.strictObject({ do: z.literal('place'), home: z.boolean() }),
  z.strictObject({ do: z.literal('thief'), move: z.enum(MOVES), imei: imei.optional() }),
  /** Power fails before the write that comes after that many, unless `power` is asked for before. */
  z.strictObject({ do: z.literal('cut'), writes: z.number().int().nonnegative() }),
  z.strictObject({ do: z.literal('stop') }),
])
export type Ask = z.infer<typeof Ask>

/** One line to the adapter. */
export const Request = z.intersection(z.object({ seq: z.number().int() }), Ask)
export type Request = z.infer<typeof Request>

/** What a restricted phone says of a part that may not be there. */
const ScreenPart = z.strictObject({
  type: partType,
  code: shownText(64),
  why: shownText(32).nullable(),
  authority: shownText(64).nullable(),
  until: z.number().int().nullable(),
  text: z.string().max(1024),
})

/** What stands on the glass. */
const Screen = z.strictObject({
  kind: shownText(32),
  authority: shownText(64).optional(),
  index: z.number().int().nonnegative().optional(),
  until: z.number().int().nullable().optional(),
  appeal: z.string().max(1024).optional(),
  /** On an open phone: what its owner is to be told of an act that waits. */
  notice: z.string().max(1024).optional(),
  /** On a restricted phone. */
  parts: z.array(ScreenPart).max(PART_TYPES.length).optional(),
})

/** One line of the adapter: always about the phone as it is after what was asked. */
export const Answer = z.strictObject({
  seq: z.number().int(),
  /** Code of the refusal, null where nothing was refused. */
  refusal: shownText(64).nullable(),
  /** Null while switched off. */
  screen: Screen.nullable(),
  /** Number being talked to. */
  calling: shownText(32).nullable(),
  /** To `make`: the device attestation key, COSE_Key. */
  key: base64.max(256).optional(),
  /** To `make`: the thumbprints of its parts' keys (RFC 9679), in the order of the maker's record. */
  parts: z
    .array(z.strictObject({ type: partType, thumbprint: base64.length(44) }))
    .max(PART_TYPES.length)
    .optional(),
  /** To `give`: the release. */
  release: base64.max(8192).optional(),
  /** To `glass`: what a person reads, and the text of the code for scanning. */
  lines: z.array(z.string().max(1024)).max(32).optional(),
  code: shownText(1024).nullable().optional(),
  /** To `read`; null where nothing is there. */
  text: z.string().max(1024).nullable().optional(),
  /** To `attach`: whether the network let it in. */
  admitted: z.boolean().optional(),
  /** To `thief` and `cut`: no interface of this device reaches there. */
  unable: z.literal(true).optional(),
  /** The battery was pulled by the cut that was asked for. */
  cut: z.literal(true).optional(),
})
export type Answer = z.infer<typeof Answer>

/** To `start`. */
export const Started = z.strictObject({
  seq: z.number().int(),
  protocol: z.number().int(),
  implementation: z.strictObject({
    name: shownText(64).min(1),
    version: shownText(64).min(1),
    /** What its secure store is made of: `file`, `tpm`, `secure-element` … */
    store: shownText(32).min(1),
  }),
  features: z.array(feature).max(16),
})
export type Started = z.infer<typeof Started>
