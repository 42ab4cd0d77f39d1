import {
  FigureBook,
  Ledger,
  Refusal,
  equal,
  type Figures,
  type RefusalCode,
  type RootDocument,
} from '../core/index.ts'
import {
  auditLog,
  checkQuorum,
  type Audit,
  type HashedBundle,
  type Quorum,
  type VerifiedCheckpoint,
} from '../log/index.ts'
import { trustOf, type Trust } from './trust.ts'

/** An entry of the log that the law refuses. It counts for nothing, and guardians sign no tree with it. */
export interface Breach {
  readonly index: number
  readonly code: RefusalCode
}

/**
 * How far an audit has come, to go on from there: every signature below `size` was verified, in the
 * tree of this root. It means something only beside the same root document and the same law.
 */
export interface AuditPosition {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
  /** Entries below that the law refused. */
  readonly breaches: readonly Breach[]
}

/** What an audit of the law needs. No account, no clock, nothing of the registry's word. */
export interface LawAudit {
  /** From the root document that the log began with. */
  readonly trust: Trust
  /** Judges the newest checkpoint: that trust, or a newer root document's. */
  readonly headTrust: Trust
  /** Which log it must be: under one root there may be several, and none may pass for another. */
  readonly origin: string
  readonly read: Audit['read']
  readonly sha256: NonNullable<Audit['sha256']>
  readonly earlier: readonly VerifiedCheckpoint[]
  readonly resume: AuditPosition | null
  readonly head?: NonNullable<Audit['head']>
  readonly progress?: NonNullable<Audit['progress']>
  /** Called after every bundle with a way to say how far it has come. */
  readonly reached?: (position: () => AuditPosition) => void | Promise<void>
}

/** What the whole log has shown. */
export interface LawAudited {
  readonly checkpoint: VerifiedCheckpoint
  readonly quorum: Quorum
  /** Whether the guardians stand behind the newest checkpoint too. */
  readonly isGuarded: boolean
  /** The newest root document. */
  readonly root: RootDocument
  readonly breaches: readonly (Breach & {
    /** By a key that was stopped in answer. */
    readonly isStopped: boolean
  })[]
  readonly figures: Figures
  /** The law as it stands at that checkpoint. */
  readonly ledger: Ledger
}

/**
 * Everything a stranger can check of a log: tiles and root, that it continues what it has shown
 * before, the quorum, and each entry by the law: signatures, chains, caps, what undoes what. Unlawful
 * entries are listed and passed over, as every reader passes over them.
 * @throws {Refusal} those of `auditLog`
 */
export async function auditLaw(audit: LawAudit): Promise<LawAudited> {
  try {
    return await new Walk(audit, audit.resume).run()
  } catch (error) {
    // No fault of the log: what the position stood on was not signed for yet, or another version read it.
    if (error instanceof StalePosition) return new Walk(audit, null).run()
    throw error
  }
}

/** The entries below the position are not those that were verified, so their signatures were not. */
class StalePosition extends Error {}

class Walk {
  readonly #audit: LawAudit
  readonly #resume: AuditPosition | null
  readonly #known: ReadonlyMap<number, Breach>
  readonly #ledger: Ledger
  readonly #book = new FigureBook()
  readonly #breaches: (Breach & { readonly entry: Uint8Array })[] = []

  constructor(audit: LawAudit, resume: AuditPosition | null) {
    const { trust, origin } = audit
    this.#audit = audit
    this.#resume = resume
    this.#known = new Map(resume?.breaches.map((breach) => [breach.index, breach]))
    // Below the position the entries are the very ones whose signatures verified: the root binds them.
    this.#ledger = new Ledger(
      trust.root,
      (...args) => this.isReplaying || trust.verify.es256(...args),
      origin,
    )
  }

  async run(): Promise<LawAudited> {
    const { headTrust, origin, read, sha256, earlier, head, progress } = this.#audit
    const logs = headTrust.plain.logs.filter(({ key }) => key.name === origin)
    const { checkpoint } = await auditLog({
      policy: { ...headTrust.plain, logs },
      verify: headTrust.verify.ed25519,
      read,
      sha256,
      earlier,
      entries: (bundle) => this.take(bundle),
      ...(head && { head }),
      ...(progress && { progress }),
    })
    if (this.isReplaying) throw new StalePosition()
    return this.result(checkpoint)
  }

  private get isReplaying(): boolean {
    return this.#resume !== null && this.#ledger.size < this.#resume.size
  }

  private async take({ first, entries, rootAfter }: HashedBundle): Promise<void> {
    for (const [i, entry] of entries.entries()) {
      this.apply(first + i, entry)
      const { size } = this.#ledger
      if (size === this.#resume?.size && !equal(rootAfter(i + 1), this.#resume.root))
        throw new StalePosition()
    }
    if (this.isReplaying) return
    await this.#audit.reached?.(() => ({
      size: this.#ledger.size,
      root: rootAfter(entries.length),
      breaches: this.#breaches.map(({ index, code }) => ({ index, code })),
    }))
  }

  private apply(index: number, entry: Uint8Array): void {
    const known = this.isReplaying ? this.#known.get(index) : undefined
    if (known) return this.breach(known, entry)
    try {
      this.#book.add(this.#ledger.apply(index, entry))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (this.isReplaying) throw new StalePosition()
      this.breach({ index, code: error.code }, entry)
    }
  }

  private breach(breach: Breach, entry: Uint8Array): void {
    this.#ledger.pass(breach.index)
    this.#breaches.push({ ...breach, entry: entry.slice() })
  }

  private result(checkpoint: VerifiedCheckpoint): LawAudited {
    const { trust, headTrust } = this.#audit
    const { root } = this.#ledger.authorities
    const newest = root.version > headTrust.root.version ? trustOf(root, trust.verify) : headTrust
    const quorum = checkQuorum(checkpoint, newest.plain, newest.verify.ed25519)
    return {
      checkpoint,
      quorum,
      isGuarded: isGuarded(checkpoint, newest),
      root,
      breaches: this.#breaches.map(({ index, code, entry }) => ({
        index,
        code,
        isStopped: this.isStopped(index, entry),
      })),
      figures: this.#book.figures(this.#ledger),
      ledger: this.#ledger,
    }
  }

  private isStopped(index: number, entry: Uint8Array): boolean {
    try {
      return this.#ledger.isStopped(index, entry)
    } catch (error) {
      if (error instanceof Refusal) return false // nobody's: it cannot even be read
      throw error
    }
  }
}

function isGuarded(checkpoint: VerifiedCheckpoint, trust: Trust): boolean {
  try {
    checkQuorum(checkpoint, trust.guarded, trust.verify.ed25519)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
