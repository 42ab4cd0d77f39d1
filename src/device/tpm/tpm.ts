import { Refusal } from '../../core/index.ts'
import { RC } from './codes.ts'
import { encodeCommand, parseAnswer, responseCode, type Answer, type Command } from './frame.ts'
import { TpmLink, timeoutOf, type TpmAddress } from './link.ts'

/** A chip that is busy for ever is a dead one. */
const ATTEMPTS = 50
const PAUSE_MS = 20
const AGAIN: ReadonlySet<number> = new Set(RC.again)

/** The TPM refused a command. */
export class TpmRefusal extends Refusal {
  /** TPM_RC, Part 2 §6.6: bits above the lowest six may name the parameter, handle or session. */
  readonly rc: number

  constructor(rc: number) {
    super('store', `the tpm refused with ${rc.toString(16)}`)
    this.rc = rc
  }
}

/** For a promise or a try: a refusal gives nothing, anything else is a fault of ours. */
export function nullIfRefused(error: unknown): null {
  if (error instanceof Refusal) return null
  throw error
}

/** A TPM that is asked one command after the other. */
export class Tpm {
  readonly #link: TpmLink
  readonly #timeoutMs: number
  /** A command went unanswered, or its answer was none: nobody knows what it left behind. */
  isInDoubt = false

  constructor(address: TpmAddress) {
    this.#link = new TpmLink(address)
    this.#timeoutMs = timeoutOf(address)
  }

  /**
   * @param read takes from the answer what it brought: all of it
   * @throws {TpmRefusal} what the TPM said. @throws {Refusal} store: what it cannot have said
   */
  async run<T>(command: Command, read: (answer: Answer) => T): Promise<T> {
    try {
      const answer = parseAnswer(await this.#ask(encodeCommand(command)), command)
      const brought = read(answer)
      answer.parameters.done()
      return brought
    } catch (error) {
      if (!(error instanceof TpmRefusal)) this.isInDoubt = true
      throw error
    }
  }

  /** A command whose answer brings nothing. @throws {Refusal} as `run` */
  tell(command: Command): Promise<void> {
    return this.run(command, () => undefined)
  }

  /** Asks again while the TPM puts it off, no longer than an answer may take. */
  async #ask(frame: Uint8Array): Promise<Uint8Array> {
    const late = AbortSignal.timeout(this.#timeoutMs)
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#link.exchange(frame)
      const rc = responseCode(answer)
      if (rc === RC.success) return answer
      if (!AGAIN.has(rc) || attempt === ATTEMPTS || late.aborted) throw new TpmRefusal(rc)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  close(): void {
    this.#link.close()
  }
}
