import { Refusal, demand } from '../../core/index.ts'
import { readBody, type Logger } from '../../host/index.ts'
import type { Trust } from '../../wire/index.ts'
import {
  GUARDIANS,
  consistencyProof,
  cosignatureTime,
  formatAddCheckpoint,
  monitoringPath,
  openCheckpoint,
  parseCosignatures,
  parseTreeSize,
  type Checkpoint,
  type NoteKey,
  type NoteSignature,
  type PolicyWitness,
  type ReadTile,
  type VerifiedCheckpoint,
  type VerifyEd25519,
} from '../../log/index.ts'
import { Fatal } from './fatal.ts'

/** How long one cosigner may take; a later line joins the next time. */
const TIMEOUT_MS = 1_000
const MAX_ANSWER = 65_536

/** A checkpoint on its way to the cosigners. */
export interface Unsigned {
  readonly checkpoint: Checkpoint
  /** The note with the log's line. */
  readonly note: string
  /** The text all of them sign. */
  readonly text: string
}

/** Asks witnesses and guardians for their lines (C2SP tlog-witness, the log's side). */
export class Cosigners {
  #members: readonly PolicyWitness[] = []
  readonly #readTile: ReadTile
  readonly #verify: VerifyEd25519
  readonly #logger: Logger
  #guardians: ReadonlySet<string> = new Set()
  /** What each cosigned last, as far as we know. */
  readonly #sizes = new Map<string, number>()
  /** Witnesses that say they have seen another log than ours. */
  readonly #accusers = new Set<string>()
  /** Of these, who said so before all was verified once more, and the floor was found to hold. */
  #unfounded: ReadonlySet<string> = new Set()

  constructor(trust: Trust, readTile: ReadTile, logger: Logger) {
    this.#readTile = readTile
    this.#verify = trust.verify.ed25519
    this.#logger = logger
    this.askAsIn(trust)
  }

  /** From now on those whom this root document's policy names. */
  askAsIn({ guarded }: Trust): void {
    this.#members = guarded.witnesses
    this.#guardians = new Set(guarded.groups.find(({ name }) => name === GUARDIANS)?.members)
  }

  /**
   * Lines that verify, from whoever answered in time: silence is a normal answer.
   * @throws {Fatal} a witness has seen another log, and nobody has looked into it yet
   */
  async collect(unsigned: Unsigned): Promise<NoteSignature[]> {
    const lines = await Promise.all(this.#members.map((member) => this.ask(member, unsigned)))
    const accuser = [...this.#accusers].find((name) => !this.#unfounded.has(name))
    if (accuser !== undefined) throw new Fatal(`${accuser} has seen another log than this one`)
    return lines.flat()
  }

  /** All was verified, and no witness has seen more: whoever still accuses is wrong, or lies. */
  acquit(): void {
    this.#unfounded = new Set(this.#accusers)
  }

  /**
   * The largest checkpoint of this log that each cosigner has seen, null where it has seen none.
   * Those that do not answer, or show what our key never signed, are left out.
   */
  async floors(log: NoteKey): Promise<ReadonlyMap<string, VerifiedCheckpoint | null>> {
    const floors = new Map<string, VerifiedCheckpoint | null>()
    await Promise.all(
      this.#members.map(async (member) => {
        const answer = await this.request(member, monitoringPath(log.name), undefined)
        if (answer?.status === 404) floors.set(member.name, null)
        if (answer?.status !== 200) return
        try {
          const seen = openCheckpoint(answer.body, [log], this.#verify)
          floors.set(member.name, seen)
          this.#sizes.set(member.name, seen.size)
        } catch (error) {
          // One that talks nonsense must not keep the log from going on: the others are a quorum.
          this.nonsense(member, error)
        }
      }),
    )
    return floors
  }

  private async ask(
    member: PolicyWitness,
    unsigned: Unsigned,
    again = true,
  ): Promise<NoteSignature[]> {
    try {
      const { size } = unsigned.checkpoint
      const known = this.#sizes.get(member.name) ?? 0
      // A cosigner ahead of us has seen another future: let it say so.
      const old = Math.min(known, size)
      const proof = await consistencyProof(old, size, this.#readTile)
      const body = formatAddCheckpoint({ oldSize: old, proof, checkpoint: unsigned.note })
      const answer = await this.request(member, 'add-checkpoint', body)
      if (answer?.status === 409 && again) {
        const seen = parseTreeSize(answer.body)
        this.#sizes.set(member.name, seen)
        if (seen <= size) return await this.ask(member, unsigned, false)
        this.accuse(member)
        return this.refused(member, answer)
      }
      if (answer?.status !== 200) return this.refused(member, answer)
      const lines = this.verified(member, unsigned, answer.body)
      this.#sizes.set(member.name, size)
      this.#accusers.delete(member.name)
      return lines
    } catch (error) {
      this.nonsense(member, error)
      return []
    }
  }

  private nonsense(member: PolicyWitness, error: unknown): void {
    const code = error instanceof Refusal ? error.code : 'internal'
    this.#logger.warn({ cosigner: member.name, code }, 'cosigner answered nonsense')
  }

  /** A guardian's accusation is of the law, and stops nothing here: releases have to go on. */
  private accuse({ name }: PolicyWitness): void {
    if (!this.#guardians.has(name)) this.#accusers.add(name)
  }

  private verified(member: PolicyWitness, unsigned: Unsigned, body: Uint8Array): NoteSignature[] {
    const lines = parseCosignatures(body).filter(
      (line) => line.name === member.key.name && line.id === member.key.id,
    )
    for (const line of lines) {
      const time = cosignatureTime({
        key: member.key,
        text: unsigned.text,
        signature: line.signature,
        verify: this.#verify,
      })
      demand(time !== null, 'note-signature', 'a cosignature does not verify')
    }
    return lines
  }

  private refused(member: PolicyWitness, answer: Answer | null): NoteSignature[] {
    const status = answer?.status ?? 'no answer'
    const reason = answer === null ? undefined : problemCode(answer.body)
    // 422 is an accusation: a witness saw another log, or a guardian a breach.
    if (answer?.status === 422) this.accuse(member)
    const level = answer?.status === 422 ? 'error' : 'warn'
    this.#logger[level]({ cosigner: member.name, status, reason }, 'cosigner gave no line')
    return []
  }

  private async request(
    member: PolicyWitness,
    path: string,
    body: string | undefined,
  ): Promise<Answer | null> {
    if (member.url === null) return null
    const url = `${member.url.replace(/\/$/, '')}/${path}`
    try {
      const init = body === undefined ? {} : { method: 'POST', body }
      const response = await fetch(url, {
        ...init,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      })
      return { status: response.status, body: await readBody(response, MAX_ANSWER) }
    } catch {
      return null
    }
  }
}

interface Answer {
  readonly status: number
  readonly body: Uint8Array
}

function problemCode(body: Uint8Array): string | undefined {
  try {
    const problem: unknown = JSON.parse(new TextDecoder().decode(body))
    const code =
      typeof problem === 'object' && problem !== null && 'code' in problem
        ? problem.code
        : undefined
    return typeof code === 'string' ? code.slice(0, 64) : undefined
  } catch {
    return undefined
  }
}
