import type { Kysely } from 'kysely'
import type { Tac } from '../core/index.ts'
import type { Logger, Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import type { Schema } from './db/tables.ts'
import type { Gate } from './http/throttle.ts'
import type { Sequencer } from './log/sequencer.ts'
import type { TileStore } from './log/tile-store.ts'
import type { ModelNames } from './model/model-names.ts'
import type { AndroidTrust, AppleTrust, EvidenceWanted, Peer, RegistryKeys } from './options.ts'
import type { IdentityProviderDoor } from './services/people/identity-provider.ts'
import type { Push } from './push.ts'
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
  /** Base URL under which this registry is asked, and its host and port. */
  readonly url: string
  readonly host: string
  readonly peers: readonly Peer[]
  readonly statusSignerUrl: string | null
  /** Who signs for the chips of phones; null: nobody. */
  readonly grantDeskUrl: string | null
  /** Which hardware attestations count; null: none. */
  readonly android: AndroidTrust | null
  /** Which of Apple's; null: none. */
  readonly apple: AppleTrust | null
  readonly evidence: EvidenceWanted
  /** Null: nobody has given a list of models. */
  readonly models: ModelNames | null
  /** How long an owner's act waits, ms, by model; a day where it is left out. */
  readonly waits: ReadonlyMap<Tac, number>
  /** Of forces whose officers sign in at their own. */
  readonly identityProviders: readonly IdentityProviderDoor[]
  /** How browsers are told; null: they are not. */
  readonly push: Push | null
  /** What the public may ask of this process, pages and programs together. */
  readonly throttle: Gate
  readonly surroundings: Surroundings
  readonly logger: Logger
}
