import { Refusal, demand, isWithin, kidOf, type Signer } from '../../core/index.ts'
import type { Context } from '../context.ts'

/** An intake of this registry, with its own name and so its own cap. */
export interface Intake {
  readonly signer: Signer
  readonly sub: string
  /** The force it belongs to. */
  readonly force: string
}

/**
 * Those who may sign now. One that waits for its day, has had it, or is distrusted is left out, for what
 * is wrong with one force's intake must not stop that of another.
 */
function intakes({ keys, sequencer }: Context): Intake[] {
  const { authorities, size } = sequencer.ledger
  return keys.intakes.flatMap((signer) => {
    try {
      const { cert } = authorities.signer(kidOf(signer.key), sequencer.now(), size)
      return [{ signer, sub: cert.sub, force: cert.iss }]
    } catch (error) {
      if (error instanceof Refusal) return []
      throw error
    }
  })
}

/** The intake of a force, or the first where none is named. @throws {Refusal} not-found: no such force here */
export function intakeFor(context: Context, force: string | undefined): Intake {
  const found = intakes(context).find((intake) => force === undefined || intake.force === force)
  demand(found !== undefined, 'not-found', 'no such force takes reports here')
  return found
}

/** The registry's first force: whose officers see what belongs to no force yet. Null: it has none. */
export function firstForce(context: Context): string | null {
  return intakes(context)[0]?.force ?? null
}

/** The intake that stands in this name, such as who signed a hold. @throws {Refusal} not-found */
export function intakeNamed(context: Context, sub: string): Intake {
  const found = intakes(context).find((intake) => intake.sub === sub)
  demand(found !== undefined, 'not-found', 'the intake that signed this is not ours')
  return found
}

/** The intake of the force that ordered, whoever signed for it. @throws {Refusal} not-found */
export function intakeOver(context: Context, auth: string): Intake {
  const found = intakes(context).find(({ force }) => isWithin(auth, force))
  demand(found !== undefined, 'not-found', 'the force that ordered this takes no reports here')
  return found
}
