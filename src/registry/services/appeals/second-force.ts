import { Refusal } from '../../../core/index.ts'
import type { Context } from '../../context.ts'

/** Another force of the log that may sign now, first by name; where there is none, whoever stands above this one. */
export function secondForce(
  { sequencer }: Context,
  first: string,
): { readonly force: string } | { readonly above: string } {
  const { authorities, size } = sequencer.ledger
  const others = authorities.all.filter(({ kid, cert }) => {
    if (cert.role !== 'force' || cert.sub === first || cert.use === 'issue') return false
    try {
      authorities.signer(kid, sequencer.now(), size)
      return true
    } catch (error) {
      if (error instanceof Refusal) return false
      throw error
    }
  })
  const names = others.map(({ cert }) => cert.sub).toSorted()
  const country = (name: string) => name.split('.')[0]
  // Of the same country before one abroad.
  const force = names.find((name) => country(name) === country(first)) ?? names[0]
  if (force !== undefined) return { force }
  return { above: authorities.named(first).at(-1)?.cert.iss ?? first }
}
