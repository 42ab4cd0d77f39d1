import {
  Refusal,
  demand,
  kidOf,
  worksFrom,
  type Link,
  type PublicKey,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'

/**
 * The certificate an officer's key signs with now, by the log.
 * @throws {Refusal} unauthenticated; key-waiting with the fact `untilSeconds`
 */
export function certificateOfKey({ sequencer }: Context, key: PublicKey): Link {
  const links = sequencer.ledger.authorities.ofKey(kidOf(key))
  return inUse({ sequencer }, links, 'unauthenticated')
}

/**
 * The certificate of a force's officer, by his whole name or by its last label: the newest that is valid.
 * @throws {Refusal} officer-unknown, officer-elsewhere; key-waiting with the fact `untilSeconds`
 */
export function certificateNamed({ sequencer }: Context, force: string, said: string): Link {
  const officers = sequencer.ledger.authorities.all.filter(({ cert }) => cert.role === 'officer')
  const own = officers.filter(
    ({ cert }) =>
      cert.iss === force && (cert.sub === said || cert.sub.slice(force.length + 1) === said),
  )
  const isElsewhere = own.length === 0 && officers.some(({ cert }) => cert.sub === said)
  demand(!isElsewhere, 'officer-elsewhere', 'an officer of another force')
  return inUse({ sequencer }, own, 'officer-unknown')
}

/** Log time in ms until which this certificate waits; null: it does not, or will never work. */
export function waitsUntil({ sequencer }: Pick<Context, 'sequencer'>, link: Link): number | null {
  const { authorities, size } = sequencer.ledger
  const from = worksFrom(link)
  if (from <= sequencer.now()) return null
  try {
    return authorities.signer(link.kid, from, size) === link ? from : null
  } catch {
    return null
  }
}

/** Of these the newest that signs now. One that only waits is said to: its officer has nothing to mend. */
function inUse(
  { sequencer }: Pick<Context, 'sequencer'>,
  links: readonly Link[],
  otherwise: 'unauthenticated' | 'officer-unknown',
): Link {
  const { authorities, size } = sequencer.ledger
  for (const { kid } of links.toReversed())
    try {
      const link = authorities.signer(kid, sequencer.now(), size)
      if (link.cert.role === 'officer') return link
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  const waits = links.map((link) => waitsUntil({ sequencer }, link)).filter((one) => one !== null)
  if (waits.length > 0)
    throw new Refusal('key-waiting', 'the key is still in its waiting time', {
      untilSeconds: Math.ceil(Math.min(...waits) / 1000),
    })
  throw new Refusal(otherwise, 'no valid certificate for this key stands in the log')
}
