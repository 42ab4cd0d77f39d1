import { Refusal, demand, type Act, type Signer } from '../../core/index.ts'
import { call, machine, type Clock, type Connector } from '../../host/index.ts'
import {
  BatchDraftsAnswer,
  BundlesAnswer,
  CaseAnswer,
  DeviceCodeAnswer,
  DraftAnswer,
  DraftsAnswer,
  type DraftRequest,
} from '../../wire/index.ts'
import type { z } from 'zod'
import { readDraft, sendSignatures, signDraft, type ReadDraft } from './drafts.ts'

/** What a case is about: the owner's report, or a number the officer obtained. */
export interface CaseAbout {
  readonly crimeReference: string
  readonly why: 'theft' | 'robbery' | 'burglary' | 'lost'
  readonly reference?: string
  readonly imei?: string
}

/** An officer at a desk: his own key, and the registry. The force's order key is somebody else's to use. */
export class OfficerDesk {
  readonly registryUrl: string
  readonly #key: Signer
  readonly #clock: Clock
  readonly #connector: Connector | undefined

  /** @param connector where the registry wants to see a certificate */
  constructor(
    registryUrl: string,
    key: Signer,
    clock: Clock = machine.clock,
    connector?: Connector,
  ) {
    this.registryUrl = registryUrl
    this.#key = key
    this.#clock = clock
    this.#connector = connector
  }

  /** By the desk's own clock, Unix seconds. */
  nowSeconds(): number {
    return Math.floor(this.#clock() / 1000)
  }

  openCase(about: CaseAbout) {
    return this.post('/v1/cases', about, CaseAnswer)
  }

  /**
   * Opens a case where the phone is at home: here, or at the registry that this one points to. What
   * follows is said to the desk that comes back.
   */
  async openCaseAtHome(about: CaseAbout): Promise<{ desk: OfficerDesk; caseId: string }> {
    try {
      return { desk: this, caseId: (await this.openCase(about)).id }
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'home-elsewhere') throw error
      const desk = new OfficerDesk(String(error.facts['registry']), this.#key, this.#clock)
      return { desk, caseId: (await desk.openCase(about)).id }
    }
  }

  /** Which phone on the bench shows this code. */
  scan(code: string) {
    return this.post('/v1/device-codes', { code }, DeviceCodeAnswer)
  }

  case(id: string) {
    return this.get(`/v1/cases/${id}`, CaseAnswer)
  }

  /** The orders in force about a case, each with its proof. */
  bundles(id: string) {
    return this.get(`/v1/cases/${id}/bundles`, BundlesAnswer)
  }

  /** Drafts the next order of a case and reads it back. */
  async draft(caseId: string, wanted: z.infer<typeof DraftRequest>): Promise<ReadDraft> {
    return readDraft(await this.post(`/v1/cases/${caseId}/drafts`, wanted, DraftAnswer), wanted.act)
  }

  /** The draft of this act that waits in a case. @throws {Refusal} not-found */
  async waiting(caseId: string, act: Act): Promise<ReadDraft> {
    const { drafts } = await this.get(`/v1/cases/${caseId}/drafts`, DraftsAnswer)
    const draft = drafts.findLast((found) => found.act === act)
    demand(draft !== undefined, 'not-found', `no ${act} waits in this case`)
    return readDraft(draft, act)
  }

  /** The first officer's half of a lock. */
  async propose(caseId: string): Promise<ReadDraft> {
    const draft = await this.draft(caseId, { act: 'lock' })
    await this.sign(draft, [[PROPOSER, this.#key]])
    return draft
  }

  /** The second officer's half, and the force's: the answer is the order's place in the log. */
  approve(draft: ReadDraft, force: Signer): Promise<number> {
    return this.complete(draft, [
      [APPROVER, this.#key],
      [FORCE, force],
    ])
  }

  /** An order one officer and the force sign together: `found`. */
  async found(caseId: string, exhibit: string, country: string, force: Signer): Promise<number> {
    const draft = await this.draft(caseId, { act: 'found', exhibit, country })
    return this.complete(draft, [
      [FORCE, force],
      [FINDER, this.#key],
    ])
  }

  /** The force's half of a release; the owner's key does the rest. */
  async release(
    caseId: string,
    to: 'returned' | 'issuedInError' | 'titlePassed' | 'court',
    force: Signer,
  ): Promise<ReadDraft> {
    const draft = await this.draft(caseId, { act: 'release', to })
    await this.sign(draft, [[FORCE, force]])
    return draft
  }

  /** What of an imported list waits for the second officer, a page at a time. */
  batchDrafts(batchId: string, cursor: string | null) {
    const query = cursor === null ? '' : `?cursor=${cursor}`
    return this.get(`/v1/batches/${batchId}/drafts${query}`, BatchDraftsAnswer)
  }

  private async complete(
    draft: ReadDraft,
    slots: readonly (readonly [number, Signer])[],
  ): Promise<number> {
    const result = await this.sign(draft, slots)
    demand(
      result.state === 'logged' && result.index !== undefined,
      'signer-set',
      'signatures are still missing',
    )
    return result.index
  }

  private async sign(draft: ReadDraft, slots: readonly (readonly [number, Signer])[]) {
    const signatures = slots.map(([slot, signer]) => signDraft(draft, slot, signer))
    const [result] = await sendSignatures(this.registryUrl, signatures)
    if (result === undefined)
      throw new Refusal('unavailable', 'the registry did not answer for this draft')
    return result
  }

  post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    return call({
      method: 'POST',
      base: this.registryUrl,
      path,
      body,
      answer,
      signer: this.#key,
      clock: this.#clock,
      timeoutMs: 60_000,
    })
  }

  get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return call({
      method: 'GET',
      base: this.registryUrl,
      path,
      answer,
      signer: this.#key,
      clock: this.#clock,
      connector: this.#connector,
    })
  }
}

/** Slots of a lock, in order. */
export const FORCE = 0
export const PROPOSER = 1
export const APPROVER = 2
/** The officer's slot of a `found`. */
export const FINDER = 1
