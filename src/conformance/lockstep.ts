import type { z } from 'zod'
import { AdapterFault, type AdapterLink } from './adapter-link.ts'
import { Answer, MAX_LINE, PROTOCOL, Started, type Ask } from './protocol.ts'

/** How one line goes and the answer to it comes back, whatever carries them. */
export interface Carrier {
  /** @throws {AdapterFault} */
  exchange(line: string): Promise<string>
  close(): Promise<void>
}

/** One question, one answer to it, and nothing else: the rule of both transports. */
export class Lockstep implements AdapterLink {
  readonly #carrier: Carrier
  #seq = 0

  constructor(carrier: Carrier) {
    this.#carrier = carrier
  }

  async start(suite: string): Promise<Started> {
    const started = await this.#exchange({ do: 'start', protocol: PROTOCOL, suite }, Started)
    if (started.protocol !== PROTOCOL)
      throw new AdapterFault(`speaks protocol ${started.protocol}, this suite ${PROTOCOL}`)
    return started
  }

  ask(ask: Ask): Promise<Answer> {
    return this.#exchange(ask, Answer)
  }

  close(): Promise<void> {
    return this.#carrier.close()
  }

  async #exchange<T extends { readonly seq: number }>(ask: Ask, shape: z.ZodType<T>): Promise<T> {
    const seq = ++this.#seq
    const line = await this.#carrier.exchange(JSON.stringify({ seq, ...ask }))
    if (line.length > MAX_LINE) throw new AdapterFault('a longer line than any answer')
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new AdapterFault('a line that is no JSON')
    }
    const parsed = shape.safeParse(value)
    if (!parsed.success) throw new AdapterFault('an answer of another shape')
    if (parsed.data.seq !== seq) throw new AdapterFault('an answer to another question')
    return parsed.data
  }
}
