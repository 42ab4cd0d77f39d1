import {
  Refusal,
  demand,
  equal,
  fromHex,
  isWithin,
  kidOf,
  readCertificate,
  toBase64,
  type Imei14,
  type SignedCertificate,
} from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { CertificatesAnswer, HomeAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { audit } from '../model/audit.ts'
import { chainDocuments } from '../model/bundles.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { findByImei } from '../model/subjects.ts'
import type { Peer } from '../options.ts'

/** How long another registry may take: an officer waits for the answer. */
const ASK_MS = 2_000
const INTRODUCE_MS = 15_000

/** The log that phones enrolled here are at home in. */
export function homeHere({ keys, sequencer }: Context) {
  const { authorities, size } = sequencer.ledger
  const { cert } = authorities.signer(kidOf(keys.registry.key), sequencer.now(), size)
  return { log: keys.log.key.name, authority: cert.iss }
}

/** What another registry may know: whether this number is at home here. @throws {Refusal} forbidden */
export async function answerHome(
  context: Context,
  caller: Caller,
  imei: Imei14,
): Promise<string | null> {
  demandRole(caller, 'registry')
  const subject = await findByImei(context.db, imei)
  const isHome = subject !== null && subject.ids.dak !== null
  await audit(context, caller, 'home.ask', isHome ? { subjectId: subject.id } : {})
  return isHome ? context.keys.log.key.name : null
}

/**
 * The other registry that has enrolled a phone of this number, if one says so. One that does not
 * answer is passed over: a country whose registry is down must not stop the police of all others. The
 * number is then locked in this log alone, which networks obey and the phone does not.
 */
export async function homeElsewhere(context: Context, imei: Imei14): Promise<Peer | null> {
  const answers = await Promise.all(context.peers.map((peer) => isHomeAt(context, peer, imei)))
  return context.peers.find((_, i) => answers[i]) ?? null
}

async function isHomeAt(context: Context, peer: Peer, imei: Imei14): Promise<boolean> {
  try {
    const { home } = await ask(context, peer, {
      path: '/v1/home',
      body: { imei },
      answer: HomeAnswer,
      timeoutMs: ASK_MS,
    })
    // A registry speaks for its own log and for no other.
    return home === peer.origin
  } catch (error) {
    context.logger.warn({ peer: peer.origin, code: codeOf(error) }, 'home not asked')
    return false
  }
}

/**
 * Sends an officer to the registry where the phone is at home. His certificates go before him: a
 * certificate works only in a log that holds it. @throws {Refusal} home-elsewhere, always
 */
export async function sendHome(context: Context, caller: Caller, home: Peer): Promise<never> {
  await introduce(context, caller, home).catch((error: unknown) =>
    // They may stand there already; if not, that registry will say so.
    context.logger.warn({ peer: home.origin, code: codeOf(error) }, 'officer not introduced'),
  )
  const facts = { log: home.origin, registry: home.url }
  throw new Refusal('home-elsewhere', `at home in ${home.origin}`, facts)
}

async function introduce(context: Context, caller: Caller, home: Peer): Promise<void> {
  const { authorities, size } = context.sequencer.ledger
  const officer = authorities.signer(fromHex(caller.kid), context.sequencer.now(), size)
  const force = authorities.named(caller.iss)
  const certificates = chainDocuments([...force, officer]).map(toBase64)
  await ask(context, home, {
    path: '/v1/certificates',
    body: { certificates },
    answer: CertificatesAnswer,
    timeoutMs: INTRODUCE_MS,
  })
}

function ask<T>(
  { keys, surroundings }: Context,
  peer: Peer,
  question: {
    readonly path: string
    readonly body: unknown
    readonly answer: z.ZodType<T>
    readonly timeoutMs: number
  },
): Promise<T> {
  const signer = keys.registry
  const { clock } = surroundings
  return call({ method: 'POST', base: peer.url, signer, clock, ...question })
}

/**
 * Logs certificates of another country, where this log does not hold them yet. Only that country's
 * own registry brings them: certificates are public, and a stranger could bring old ones whose caps
 * have been lowered since. @throws {Refusal} forbidden, name-outside, chain, scope, cert-time …
 */
export async function takeCertificates(
  { sequencer }: Context,
  caller: Caller,
  documents: readonly Uint8Array[],
): Promise<number> {
  demandRole(caller, 'registry')
  const brought = documents.map(readCertificate)
  for (const { cert } of brought)
    demand(isWithin(cert.sub, caller.iss), 'name-outside', "not of the caller's own country")
  const { authorities } = sequencer.ledger
  const isLogged = ({ cert, cose }: SignedCertificate) =>
    authorities.named(cert.sub).some((link) => equal(link.cose.payload, cose.payload))
  const fresh = brought.filter((signed) => !isLogged(signed))
  // All in one pool, in order: an issuer stands before those it certified.
  await Promise.all(fresh.map(({ cose }) => sequencer.submit({ kind: 'certificate', body: cose })))
  return fresh.length
}

function codeOf(error: unknown): string {
  if (error instanceof Refusal) return error.code
  throw error
}
