import { Refusal, demand } from '../core/index.ts'
import type { Trust } from '../wire/index.ts'
import type { NamedRegistry } from './config.ts'

/** A registry and the origin of its log. */
export interface BoundRegistry {
  readonly origin: string
  readonly url: string
}

/**
 * Each registry bound to its log, the own country's first. A lone address means the only log there is.
 * @throws {Refusal} config: an origin is missing, or the root document does not know it
 */
export function boundRegistries(
  registries: readonly NamedRegistry[],
  { plain }: Trust,
): readonly BoundRegistry[] {
  const known = plain.logs.map(({ key }) => key.name)
  return registries.map(({ origin, url }) => {
    if (origin === null && known.length > 1)
      throw new Refusal(
        'config',
        `STOLEN_MODE_REGISTRY_URL: the root document knows ${known.length} logs; expected ORIGIN=ADDRESS`,
      )
    const bound = origin ?? known[0]!
    demand(known.includes(bound), 'config', `STOLEN_MODE_REGISTRY_URL: no such log: ${bound}`)
    return { origin: bound, url }
  })
}
