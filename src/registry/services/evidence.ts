import {
  checkMade,
  demand,
  equal,
  parseDocument,
  parseMadeDevice,
  parseStatement,
  sameNumbers,
  tacOf,
  thumbprint,
  verifySlot,
  type BatchStatement,
  type CoseSign,
  type Eat,
  type Imei14,
  type MadeDevice,
  type Tac,
} from '../../core/index.ts'
import { leafHash, verifyInclusion } from '../../log/index.ts'
import { verifyAppleChain } from '../attestation/apple.ts'
import { attest } from '../attestation/refuse.ts'
import { checkIdentity } from '../attestation/rules.ts'
import { verifyAndroidChain } from '../attestation/verify.ts'
import type { Context } from '../context.ts'
import { noteMisfit } from './attested-clones.ts'

/** What a maker has signed of one phone of a production run. */
export interface MakersWord {
  /** The batch statement (COSE_Sign). */
  readonly statement: Uint8Array
  /** The phone's record, its index, and its path to the statement's root. */
  readonly record: Uint8Array
  readonly index: number
  readonly path: readonly Uint8Array[]
}

/** Who vouches for a phone: its maker, its hardware, or both. */
export interface Evidence {
  readonly maker: MakersWord | null
  /** Android Key Attestation, leaf first; its challenge is the nonce of the EAT. */
  readonly android: readonly Uint8Array[] | null
  /** Apple's Managed Device Attestation, leaf first; made for the SHA-256 of that nonce. */
  readonly apple: readonly Uint8Array[] | null
}

/** What is vouched for, and the maker's record it rests on with the id of the key that signed it. */
export interface Checked {
  readonly made: MadeDevice
  /** Null: its hardware alone vouches, and knows no parts. */
  readonly word: { readonly record: Uint8Array; readonly maker: Uint8Array } | null
}

/** A maker's statement, and which models its maker may speak for. */
export interface SignedStatement {
  readonly statement: BatchStatement
  readonly maker: string
  /** Id of the key that signed. */
  readonly kid: Uint8Array
  readonly tacs: readonly Tac[] | null
}

/**
 * What is vouched for of this phone. The maker's word alone is enough, and so is hardware that attests
 * its numbers; hardware that does not, such as Apple's, needs the maker's word beside it. Where the registry wants both,
 * both it is. Neither may contradict the phone, nor the other.
 * @throws {Refusal} attestation-needed, scope, chain, imei-mismatch, signature
 */
export async function checkEvidence(
  context: Context,
  eat: Eat,
  { maker, android, apple }: Evidence,
): Promise<Checked> {
  const made = maker && checkMaker(context, maker)
  if (made) await checkNumbers(context, eat, made)
  const attested = android && (await checkPlatform(context, eat, android))
  if (apple) await checkApple(context, eat, { chain: apple, serial: made?.made.serial ?? null })
  const isEnough =
    context.evidence === 'both' ? made && (attested ?? apple) : made || attested?.length
  attest(
    Boolean(isEnough),
    'identity',
    'more has to vouch for this phone, its maker or its hardware',
  )
  if (made) return { made: made.made, word: { record: maker.record, maker: made.kid } }
  const own = { dak: thumbprint(eat.dak), imeis: attested!, serial: null, parts: [] }
  return { made: own, word: null }
}

/**
 * What is still wanted of a phone whose maker has handed it in: its hardware, where the registry wants both.
 * @throws {Refusal} attestation-needed
 */
export async function checkRest(
  context: Context,
  eat: Eat,
  { android, apple, serial }: Omit<Evidence, 'maker'> & { readonly serial: string | null },
): Promise<void> {
  if (android) await checkPlatform(context, eat, android)
  if (apple) await checkApple(context, eat, { chain: apple, serial })
  const isEnough = android !== null || apple !== null || context.evidence === 'either'
  attest(isEnough, 'root', 'its hardware has to vouch for this phone, too')
}

/**
 * The key that speaks lives in the hardware of a phone as its maker shipped it, and was made for this
 * very occasion. @returns its numbers, none where it attests none
 * @throws {Refusal} attestation-needed
 */
async function checkPlatform(
  context: Context,
  eat: Eat,
  chain: readonly Uint8Array[],
): Promise<readonly Imei14[]> {
  const { android, surroundings } = context
  attest(android !== null, 'root', 'no platform is trusted here')
  const { key, imeis } = await verifyAndroidChain(chain, {
    roots: android.roots,
    status: android.status(),
    nonce: eat.nonce,
    nowMs: surroundings.clock(),
  })
  const device = thumbprint(eat.dak)
  attest(equal(thumbprint(key), device), 'key', 'another key is attested')
  if (imeis.length === 0) return imeis
  const altered = eat.imeis.filter((imei) => !imeis.includes(imei))
  await noteMisfit(context, { device, why: 'altered', imeis: altered })
  checkIdentity(imeis, eat.imeis)
  return imeis
}

/**
 * The same of an Apple device, whose hardware knows its serial number alone: the maker says which numbers
 * that one has. @param known.serial as the maker gave it; null: not at all
 * @throws {Refusal} attestation-needed
 */
async function checkApple(
  { apple, surroundings }: Context,
  eat: Eat,
  known: { readonly chain: readonly Uint8Array[]; readonly serial: string | null },
): Promise<void> {
  attest(apple !== null, 'root', 'no such platform is trusted here')
  const expected = { roots: apple.roots, nonce: eat.nonce, nowMs: surroundings.clock() }
  const { key, serial } = await verifyAppleChain(known.chain, expected)
  attest(equal(thumbprint(key), thumbprint(eat.dak)), 'key', 'another key is attested')
  attest(
    serial === known.serial,
    'identity',
    'the maker gave no phone of this serial number that key',
  )
}

/** A phone in a maker's words, and which models those words may be about. */
interface Vouched extends SignedStatement {
  readonly made: MadeDevice
}

/**
 * Who signed a batch statement, with a key that counts now.
 * @throws {Refusal} attestation-needed, signature, chain, cert-time, distrusted
 */
export function checkStatement({ sequencer, trust }: Context, cose: CoseSign): SignedStatement {
  const slot = cose.slots[0]!
  const { authorities, size } = sequencer.ledger
  const { cert } = authorities.signer(slot.kid, sequencer.now(), size)
  demand(
    cert.role === 'maker' && cose.slots.length === 1,
    'attestation-needed',
    'not a statement of a maker',
  )
  verifySlot(cose, slot, cert.key, { verify: trust.verify.es256 })
  const statement = parseStatement(cose.payload)
  return { statement, maker: cert.sub, kid: slot.kid, tacs: cert.scope.tacs }
}

/**
 * What a maker has signed of this device; whether he may speak of its models is still to be asked.
 * @throws {Refusal} attestation-needed, signature, chain
 */
function checkMaker(context: Context, word: MakersWord): Vouched {
  const signed = checkStatement(
    context,
    parseDocument(word.statement, 'application/stolen-batch+cbor'),
  )
  const made = parseMadeDevice(word.record)
  const { count: size, root } = signed.statement
  try {
    const { index, path: proof } = word
    verifyInclusion({ index, size, leaf: leafHash(word.record), proof, root })
  } catch {
    demand(false, 'attestation-needed', 'the record is not part of the statement')
  }
  return { ...signed, made }
}

/**
 * The key and the numbers are those the maker gave, of his own models. A key that a maker vouches for speaks
 * here: what does not fit is told to police. @throws {Refusal} attestation-needed, scope, imei-mismatch
 */
async function checkNumbers(
  context: Context,
  eat: Eat,
  { made, statement, tacs }: Vouched,
): Promise<void> {
  const device = made.dak
  demand(
    equal(thumbprint(eat.dak), device),
    'attestation-needed',
    'the maker vouches for another key',
  )
  const isOwn = (imei: Imei14) =>
    [statement.tacs, tacs].every((models) => models?.includes(tacOf(imei)))
  const foreign = made.imeis.filter((imei) => !isOwn(imei))
  await noteMisfit(context, { device, why: 'model', imeis: foreign })
  checkMade(made, statement, tacs)
  const altered = eat.imeis.filter((imei) => !made.imeis.includes(imei))
  await noteMisfit(context, { device, why: 'altered', imeis: altered })
  demand(sameNumbers(eat, made.imeis), 'imei-mismatch', 'the maker vouches for other numbers')
}
