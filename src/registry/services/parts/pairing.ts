import {
  Refusal,
  batchPayload,
  checkContinues,
  checkRelease,
  coseSign,
  decodeCbor,
  demand,
  encodeCbor,
  equal,
  judgePart,
  kidOf,
  parseCoseKey,
  parseRelease,
  readBinding,
  readEat,
  saltedRecord,
  signPairingToken,
  thumbprint,
  type DonorRelease,
  type Eat,
} from '../../../core/index.ts'
import { leafHash } from '../../../log/index.ts'
import type { Context } from '../../context.ts'
import { chainDocuments, rootsAfter } from '../../model/bundles.ts'
import { drawnAt, useNonce } from '../nonces.ts'
import { noteSighting } from '../sightings.ts'
import { donorOf, type Donor } from './donor.ts'
import { copiesOf, noteClaim } from './duplicates.ts'
import type { ForeignParts } from './foreign-parts.ts'
import { knownPart, rowOf, type KnownPart } from './known-parts.ts'
import { isFollowed, reserve, settle, type Judged } from './reserve.ts'

const TOKEN_SECONDS = 3600

export interface Pairing {
  readonly eat: Uint8Array
  readonly country: string
  /** The part's key: COSE_Key. */
  readonly key: Uint8Array
  readonly origin: Uint8Array
  readonly binding: Uint8Array
  readonly release: Uint8Array | null
}

export interface Paired {
  readonly token: Uint8Array
  readonly certificates: readonly Uint8Array[]
  readonly roots: readonly Uint8Array[]
}

/**
 * A phone asks for a part that sits in it. Refusing a part of a stolen phone is a sighting. What is
 * granted stands in the log first.
 * @throws {Refusal} token-nonce, attestation-needed, wrong-state, part-signature, part-unknown,
 * part-batch-revoked, part-refused, part-duplicate, donor-release-used, owner-key, signer-set, fields …
 */
export async function pair(
  context: Context,
  abroad: ForeignParts,
  asked: Pairing,
): Promise<Paired> {
  const { trust, surroundings } = context
  const { es256 } = trust.verify
  const eat = readEat(asked.eat, es256)
  await useNonce(context, eat.nonce)
  await demandFree(context, eat)
  const key = parseCoseKey(decodeCbor(asked.key, 256))
  const signed = readBinding(asked.binding, { host: eat.dak, part: key }, es256)
  const { binding } = signed
  demand(equal(binding.nonce, eat.nonce), 'token-nonce', 'the binding answers another question')
  await abroad.judge({ part: binding.part, country: asked.country })
  const known = await knownPart(context, { key, type: binding.type, origin: asked.origin })
  await judge(context, known, { ...asked, eat })
  if (known.tenure && equal(known.tenure.host, binding.dak)) return grant(context, eat, known.part)
  checkContinues(binding.previous, known.tenure)
  const { release } = asked
  const salt = surroundings.random(32)
  const judged: Judged = { known, signed, bytes: asked.binding, release, salt }
  await reserve(context, judged)
  await log(context, judged)
  return grant(context, eat, known.part)
}

/** A phone that is held or stolen takes nothing in. @throws {Refusal} attestation-needed, wrong-state */
async function demandFree(context: Context, { dak }: Eat): Promise<void> {
  const host = await donorOf(context, thumbprint(dak))
  demand(host !== null, 'attestation-needed', 'this key was never enrolled')
  const { state } = host.standing
  demand(state === 'protected', 'wrong-state', `no part is paired while ${state}`)
}

async function judge(
  context: Context,
  known: KnownPart,
  asked: Omit<Pairing, 'eat'> & { readonly eat: Eat },
): Promise<void> {
  const { part, tenure } = known
  const host = thumbprint(asked.eat.dak)
  const donor = tenure && (await donorOf(context, tenure.host))
  const shown = asked.release ? parseRelease(asked.release) : null
  const named = shown?.release.parts.find((one) => equal(one.part, part))
  const isNow = !!named && !!tenure && equal(named.binding, tenure.binding)
  try {
    judgePart({
      part,
      host,
      isBatchVoid: known.isBatchVoid,
      tenure,
      donor: donor?.standing ?? null,
      release: shown && isNow ? released(context, shown, donor) : null,
      isReleaseUsed: !!named && !isNow && (await isFollowed(context, part, named.binding)),
      ...(await copiesOf(context, part)),
    })
  } catch (error) {
    if (error instanceof Refusal && donor) await tell(context, error, { ...asked, known, donor })
    throw error
  }
}

/** Nobody asks for the signatures of a phone that may give nothing away. */
function released(
  { sequencer, trust }: Context,
  shown: ReturnType<typeof parseRelease>,
  donor: Donor | null,
): DonorRelease | null {
  const state = donor?.standing.state
  if (!donor || (state !== 'protected' && state !== 'retired')) return null
  const { ledger } = sequencer
  return checkRelease(shown, {
    phone: donor.phone,
    authorities: ledger.authorities,
    t: sequencer.now(),
    index: ledger.size,
    verify: trust.verify.es256,
  })
}

/** Who has to know: a sighting of the phone whose part it is; and, of a free one, that it was asked for. */
async function tell(
  context: Context,
  { code, facts }: Refusal,
  about: {
    readonly eat: Eat
    readonly country: string
    readonly known: KnownPart
    readonly donor: Donor
  },
): Promise<void> {
  const { eat, country, known, donor } = about
  const { subjectId, standing } = donor
  const isTheirs = facts['why'] === 'donor-stolen' || facts['why'] === 'donor-held'
  if (isTheirs || code === 'part-duplicate') {
    const verdict = isTheirs ? standing.state : code
    await noteSighting(context, { subjectId, how: 'part', verdict, country })
  }
  const claim = { part: known.part, host: thumbprint(eat.dak), country, at: drawnAt(eat.nonce) }
  await noteClaim(context, claim)
}

/** The log shows that there was a binding, and to whoever is given the salt, which. */
async function log({ keys, sequencer }: Context, judged: Judged): Promise<void> {
  const record = encodeCbor([judged.bytes, judged.release])
  const root = leafHash(saltedRecord(judged.salt, record))
  const payload = batchPayload({ type: 'bindings', count: 1, root })
  await sequencer.submit({
    kind: 'batch',
    body: coseSign('application/stolen-batch+cbor', payload, [keys.registry]),
    alongside: (trx, { index }) => settle(trx, judged, index),
  })
}

/** The token over what stands. @throws {Refusal} unavailable */
async function grant(context: Context, eat: Eat, part: Uint8Array): Promise<Paired> {
  const { keys, sequencer } = context
  const { authorities, size } = sequencer.ledger
  const dak = thumbprint(eat.dak)
  const row = await rowOf(context, part)
  const isOurs = row !== undefined && equal(new Uint8Array(row.host), dak)
  demand(isOurs, 'unavailable', 'the same phone asked twice at once')
  const published = sequencer.published.plain
  demand(published !== null, 'unavailable', 'no witnessed checkpoint yet')
  const now = Math.floor(sequencer.now() / 1000)
  const link = authorities.signer(kidOf(keys.registry.key), now * 1000, size)
  const token = signPairingToken(
    {
      binding: new Uint8Array(row.binding_hash),
      part,
      dak,
      treeSize: published.checkpoint.size,
      root: published.checkpoint.root,
      nonce: eat.nonce,
      exp: now + TOKEN_SECONDS,
    },
    keys.registry,
  )
  const roots = await rootsAfter(context, eat.rootVersion)
  return { token, certificates: chainDocuments([link]), roots }
}
