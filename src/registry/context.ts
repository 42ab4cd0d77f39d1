import type { Kysely } from 'kysely'
import type { Logger, Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import type { Schema } from './db/tables.ts'
import type { Sequencer } from './log/sequencer.ts'
import type { TileStore } from './log/tile-store.ts'
import type { ModelNames } from './model/model-names.ts'
import type { Peer, RegistryKeys } from './options.ts'
import type { SpentValues } from './services/spent-values.ts'

/** The collaborators every service is made from. */
export interface Context {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  readonly sequencer: Sequencer
  readonly spent: SpentValues
  readonly trust: Trust
  readonly keys: RegistryKeys
  readonly country: string
  /** Host and port under which this registry is asked. */
  readonly host: string
  readonly peers: readonly Peer[]
  /** Null: nobody has given a list of models. */
  readonly models: ModelNames | null
  readonly surroundings: Surroundings
  readonly logger: Logger
}
