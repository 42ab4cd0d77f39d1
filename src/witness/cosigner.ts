import { Refusal, demand } from '../core/index.ts'
import {
  verifyEd25519,
  type Clock,
  type NoteSigner,
  Rejected,
  orReject,
  problem,
  text,
  type Answer,
} from '../host/index.ts'
import {
  EMPTY_ROOT,
  TREE_SIZE_TYPE,
  cosign,
  formatCosignatures,
  formatNote,
  formatTreeSize,
  isSameKey,
  openCheckpoint,
  parseAddCheckpoint,
  parseNote,
  verifyConsistency,
  verifyLines,
  type NoteSignature,
  type VerifiedCheckpoint,
} from '../log/index.ts'
import { PROBLEMS } from '../wire/index.ts'
import type { Evidence } from './evidence.ts'
import type { OriginState, StateStore } from './state-store.ts'

/**
 * What a cosigner promises beyond "append-only". Throws a Refusal to withhold its line: 422 with the
 * refusal's code, or 503 where only the moment is wrong. Never runs twice at once for one log.
 */
export type Approve = (checkpoint: VerifiedCheckpoint, previousSize: number) => Promise<void>

export interface CosignerOptions {
  readonly signer: NoteSigner
  readonly store: StateStore
  readonly evidence: Evidence
  readonly clock: Clock
  readonly approve: Approve
}

/** A request that is well formed and about a checkpoint the log did sign. */
interface Asked {
  readonly state: OriginState
  readonly checkpoint: VerifiedCheckpoint
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
}

/** Decides add-checkpoint (C2SP tlog-witness), each check in its order with its own status. */
export class Cosigner {
  readonly #options: CosignerOptions

  constructor(options: CosignerOptions) {
    this.#options = options
  }

  /** The body of `POST add-checkpoint` → what to answer. The state is durable before a 200. */
  async addCheckpoint(body: Uint8Array): Promise<Answer> {
    try {
      const asked = this.read(body)
      return await asked.state.exclusively(() => this.decide(asked))
    } catch (error) {
      if (error instanceof Rejected) return error.answer
      throw error
    }
  }

  /** 404, 403, 400: what can be said without looking at our state. */
  private read(body: Uint8Array): Asked {
    const whole = orReject(400, () => decodeUtf8(body))
    const checkpointText = orReject(400, () => afterEmptyLine(whole))
    // The origin is looked up before anything else is judged: first line, nothing more.
    const origin = checkpointText.split('\n', 1)[0] ?? ''
    const state = orReject(404, () => {
      const known = this.#options.store.of(origin)
      demand(known !== undefined, 'log-unknown', 'this log is not configured here')
      return known
    })
    const note = orReject(400, () => parseNote(checkpointText))
    orReject(403, () => {
      const lines = verifyLines(note, state.keys, verifyEd25519)
      demand(lines.length > 0, 'log-signature', 'no line by a key of this log')
    })
    return orReject(400, () => {
      const checkpoint = openCheckpoint(checkpointText, state.keys, verifyEd25519)
      const { oldSize, proof } = parseAddCheckpoint(whole)
      demand(
        oldSize <= checkpoint.size,
        'malformed',
        'the old size is above that of the checkpoint',
      )
      return { state, checkpoint, oldSize, proof }
    })
  }

  /** 409, 422, 200. Runs alone for its origin. */
  private async decide({ state, checkpoint, oldSize, proof }: Asked): Promise<Answer> {
    const { evidence, approve } = this.#options
    const { last } = state
    await evidence.compare(checkpoint, last)
    const lastSize = last?.size ?? 0
    if (oldSize !== lastSize)
      return { status: 409, contentType: TREE_SIZE_TYPE, body: formatTreeSize(lastSize) }
    try {
      checkConsistency(checkpoint, last, proof)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (!isSameTree(checkpoint, last)) await evidence.keepInconsistent(checkpoint)
      return problem(422, error)
    }
    try {
      await approve(checkpoint, lastSize)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return problem(PROBLEMS[error.code].status === 503 ? 503 : 422, error)
    }
    const line = this.cosign(checkpoint)
    // Persisted before answered: a line the log holds and we forgot would let it fork us.
    await state.replace(noteToKeep(checkpoint, state, line))
    return text(formatCosignatures([line]))
  }

  private cosign(checkpoint: VerifiedCheckpoint): NoteSignature {
    const { signer, clock } = this.#options
    return cosign({
      key: signer.key,
      text: checkpoint.note.text,
      timeSeconds: Math.floor(clock() / 1000),
      sign: signer.sign,
    })
  }
}

function checkConsistency(
  checkpoint: VerifiedCheckpoint,
  last: VerifiedCheckpoint | null,
  proof: readonly Uint8Array[],
): void {
  verifyConsistency({
    oldSize: last?.size ?? 0,
    oldRoot: last?.root ?? EMPTY_ROOT,
    newSize: checkpoint.size,
    newRoot: checkpoint.root,
    proof,
  })
}

/** The checkpoint itself is one we vouch for: only the proof beside it was wrong. */
function isSameTree(checkpoint: VerifiedCheckpoint, last: VerifiedCheckpoint | null): boolean {
  return last !== null && checkpoint.note.text === last.note.text
}

/** The log's lines, each verified, and ours; whatever else the note carried is not kept. */
function noteToKeep(checkpoint: VerifiedCheckpoint, state: OriginState, own: NoteSignature) {
  const { text: signed, signatures } = checkpoint.note
  const byLog = state.keys.flatMap((key) => signatures.find((line) => isSameKey(key, line)) ?? [])
  return formatNote({ text: signed, signatures: [...byLog, own] })
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Refusal('malformed', 'the body is not UTF-8')
  }
}

function afterEmptyLine(whole: string): string {
  const end = whole.indexOf('\n\n')
  demand(end >= 0, 'malformed', 'no empty line before the checkpoint')
  return whole.slice(end + 2)
}
