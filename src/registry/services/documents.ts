import {
  certificateOf,
  demand,
  equal,
  isWithin,
  kidOf,
  parseRoot,
  readDocument,
  type SignedCertificate,
} from '../../core/index.ts'
import type { Policy } from '../../log/index.ts'
import { CARRIED, trustOf } from '../../wire/index.ts'
import type { Context } from '../context.ts'

export interface LoggedDocument {
  readonly kind: (typeof CARRIED)[number]
  readonly index: number
}

/**
 * Brings a document of the authorities into the log. Whoever carries it proves nothing: the signatures
 * in it are the permission, and the sequencer judges them. One that stands there changes nothing.
 * @throws {Refusal} unknown-kind, and whatever the law says of the document
 */
export async function logDocument(context: Context, bytes: Uint8Array): Promise<LoggedDocument> {
  const { sequencer } = context
  const { kind: named, body } = readDocument(bytes)
  const kind = CARRIED.find((known) => known === named)
  demand(kind !== undefined, 'unknown-kind', 'expected a document of the authorities')
  if (kind === 'certificate') demandOwnAndNewest(context, certificateOf(body))
  if (kind === 'root') demandNamesUs(context, body.payload)
  const { index } = await sequencer.submit({ kind, body })
  return { kind, index }
}

/**
 * Three root keys can be wrong together: policies that nobody can read, or that leave this log out,
 * would end it for good. @throws {Refusal} malformed, policy-malformed, log-unknown
 */
function demandNamesUs({ trust, sequencer }: Context, payload: Uint8Array): void {
  const { guarded, plain } = trustOf(parseRoot(payload), trust.verify)
  const names = (policy: Policy) => policy.logs.map(({ key }) => key.name)
  const origin = sequencer.published.newest?.checkpoint.origin
  const isNamed = [guarded, plain].every((policy) => names(policy).includes(origin ?? ''))
  demand(isNamed, 'log-unknown', 'a root document that does not name this log')
}

/**
 * Certificates are public. A stranger must not bring another country's, whose caps may have been
 * lowered in its own log (its registry brings those: `home.ts`), nor one that its issuer has replaced
 * since. What stands here already is no news and passes.
 * @throws {Refusal} name-outside, cert-time
 */
function demandOwnAndNewest(
  { sequencer, keys }: Context,
  { cert, kid, cose }: SignedCertificate,
): void {
  const { authorities } = sequencer.ledger
  if (sequencer.ledger.documentIndex('certificate', cose.payload) !== undefined) return
  const [registry] = authorities.ofKey(kidOf(keys.registry.key))
  const isOurs = registry !== undefined && isWithin(cert.sub, registry.cert.iss)
  demand(isOurs, 'name-outside', 'a certificate of another country')
  const newer = authorities
    .named(cert.sub)
    .some((link) => equal(link.kid, kid) && link.cert.nbf > cert.nbf)
  demand(!newer, 'cert-time', 'a newer certificate of this key stands in the log')
}
