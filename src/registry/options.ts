import type { Signer, Tac } from '../core/index.ts'
import type { Logger, NoteSigner, Surroundings } from '../host/index.ts'
import type { Trust } from '../wire/index.ts'
import type { PlatformRoot } from './attestation/roots.ts'
import type { StatusList } from './attestation/status-list.ts'
import type { Database } from './db/database.ts'
import type { Limits } from './http/throttle.ts'
import type { ModelNames } from './model/model-names.ts'
import type { Push } from './push.ts'
import type { Post } from './services/outbox.ts'

/** The keys the service itself holds. Officers', forces' and owners' keys are never among them. */
export interface RegistryKeys {
  /** Signs checkpoints. */
  readonly log: NoteSigner
  /**
   * Each signs holds on owners' reports for its force, under that force's own cap: a flood of false
   * reports in one place blocks nobody elsewhere. The first serves who names no force.
   */
  readonly intakes: readonly Signer[]
  /** Signs batches, questions to other registries, and status tokens together with another's key. */
  readonly registry: Signer
  /** Signs the heads of lists; named `<origin>/snapshot`, and not the log's own. */
  readonly lists: NoteSigner
  /** Hides recovery-card codes and makes nonces; 32 bytes, drawn at first start. */
  readonly secret: Uint8Array
}

/** Another country's registry under the same root. */
export interface Peer {
  /** Origin of its log. */
  readonly origin: string
  /** Base URL without final slash. */
  readonly url: string
}

/** A force's own identity provider (OpenID Connect): it says who somebody is, and the log what he may do. */
export interface IdentityProvider {
  /** Name of the authority. */
  readonly force: string
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  /** Claim of the ID token that holds an officer's name in his certificate, or its last label. */
  readonly claim: string
}

/** What Android Key Attestations are held against. */
export interface AndroidTrust {
  readonly roots: readonly PlatformRoot[]
  /** The newest list of revoked certificates; null while there is none, and then nothing counts. */
  readonly status: () => StatusList | null
}

/** What Apple's Managed Device Attestations are held against. */
export interface AppleTrust {
  readonly roots: readonly PlatformRoot[]
}

/**
 * Who has to vouch for a phone at enrolment. `either`: its maker, or hardware that attests its numbers;
 * `both`: its maker and its hardware.
 */
export type EvidenceWanted = 'either' | 'both'

/** What a registry is made of; only `cli` reads the environment. */
export interface RegistryOptions {
  /** Opened by the caller, and closed by him. */
  readonly database: Database
  /** Folder of tiles and checkpoint: immutable files for any cache. */
  readonly logFolder: string
  readonly trust: Trust
  readonly keys: RegistryKeys
  /** Base URL under which others ask it: requests signed for any other are not for it. */
  readonly url: string
  /** Country of this registry, for sightings it makes itself. */
  readonly country: string
  /** Whom to ask where a phone is at home; none where this is the only registry. */
  readonly peers?: readonly Peer[]
  /** Who holds the other key under status tokens (base URL); null: no phone is set up after a reset. */
  readonly statusSignerUrl: string | null
  /** Who signs for the chips of phones (base URL): no TPM is locked, or let go, where it is left out. */
  readonly grantDeskUrl?: string | null
  /** Which hardware attestations count at enrolment; none where it is left out. */
  readonly android?: AndroidTrust | null
  /** Which of Apple's count; none where it is left out. */
  readonly apple?: AppleTrust | null
  /** `either` where it is left out. */
  readonly evidence?: EvidenceWanted
  /** Of forces that have one; none where it is left out. */
  readonly identityProviders?: readonly IdentityProvider[]
  /** Documents of the founding ceremony, needed once: root first, certificates issuers first. */
  readonly founding: readonly Uint8Array[] | null
  /** Milliseconds submissions are gathered before they are sequenced, 250 to 500. */
  readonly poolMs: number
  /** How often lists are made for registers, ms; `LISTS_EVERY_MS` where it is left out. */
  readonly listsEveryMs?: number
  /** What the public may ask of one process; without it, anything. */
  readonly limits?: Limits | null
  /** What models are called by TAC, where somebody has the list. */
  readonly models?: ModelNames | null
  /** How long an owner's act waits, ms, where the maker of a model chose less than a day. */
  readonly waits?: ReadonlyMap<Tac, number>
  /** Delivers notices to owners; without it they wait in the outbox. */
  readonly post?: Post | null
  /** Delivers them to browsers; without it none is offered. */
  readonly push?: Push | null
  readonly surroundings: Surroundings
  readonly logger: Logger
}
