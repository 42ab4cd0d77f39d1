import {
  Refusal,
  fromBase64,
  signOwnerWords,
  toBase64,
  type GateLanguage,
  type Message,
  type Signer,
} from '../../core/index.ts'
import { call, machine } from '../../host/index.ts'
import {
  BundlesAnswer,
  DraftAnswer,
  DraftsAnswer,
  OwnerWordsAnswer,
  ReportAnswer,
} from '../../wire/index.ts'
import type { z } from 'zod'
import { readDraft, sendSignatures, signDraft, type ReadDraft } from './drafts.ts'

/** An owner on a borrowed phone: the recovery card, and the key that lives elsewhere than on the stolen one. */
export class Owner {
  readonly #registryUrl: string
  readonly #card: string
  readonly #key: Signer

  constructor(registryUrl: string, card: string, key: Signer) {
    this.#registryUrl = registryUrl
    this.#card = card
    this.#key = key
  }

  report(why: 'theft' | 'robbery' | 'burglary' | 'lost') {
    return this.post('/v1/reports', { card: this.#card, why }, ReportAnswer)
  }

  /**
   * What the reported phone says from its next contact on; the owner's key signs it.
   * @param at Unix seconds; now, where none is given
   */
  async say(
    reference: string,
    what: {
      readonly message: Message
      readonly language: GateLanguage | null
      /** Whether the report's reference stands there too. */
      readonly isQuoted: boolean
    },
    at = Math.floor(machine.clock() / 1000),
  ): Promise<void> {
    const { message, language, isQuoted } = what
    const { device } = await this.status(reference)
    const quoted = isQuoted ? reference : null
    const content = { dak: fromBase64(device), message, language, reference: quoted, at }
    const words = toBase64(signOwnerWords(content, this.#key))
    await this.post('/v1/owner-words', { device, words }, OwnerWordsAnswer)
  }

  status(reference: string) {
    return this.post('/v1/report-status', { card: this.#card, reference }, ReportAnswer)
  }

  /** The orders in force about the phone, each with its proof. */
  bundles(reference: string) {
    return this.post('/v1/owner-bundles', { card: this.#card, reference }, BundlesAnswer)
  }

  /** Takes a hold back. The answer is the release's place in the log. */
  async withdraw(reference: string): Promise<number> {
    const draft = await this.post('/v1/withdrawals', { card: this.#card, reference }, DraftAnswer)
    return this.confirm(readDraft(draft, 'release'))
  }

  /** Confirms the release that police have drafted. @throws {Refusal} not-found: there is none */
  async confirmRelease(reference: string): Promise<number> {
    const { drafts } = await this.post(
      '/v1/owner-drafts',
      { card: this.#card, reference },
      DraftsAnswer,
    )
    const draft = drafts.findLast(({ act }) => act === 'release')
    if (!draft) throw new Refusal('not-found', 'no release waits for the owner')
    return this.confirm(readDraft(draft, 'release'))
  }

  private async confirm(draft: ReadDraft): Promise<number> {
    const [result] = await sendSignatures(this.#registryUrl, [signDraft(draft, OWNER, this.#key)])
    if (result?.index === undefined)
      throw new Refusal('signer-set', 'the release is not complete yet')
    return result.index
  }

  private post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    return call({ method: 'POST', base: this.#registryUrl, path, body, answer })
  }
}

/** The owner's slot of a release. */
const OWNER = 1
