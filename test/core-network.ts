import { N5gClient, type N5gAnswer } from './n5g-client.ts'
import { S13Peer, encodeCer, encodeEcr, said } from './s13-peer.ts'

/** What a network makes of a register's answer. */
type Word = 'white' | 'grey' | 'black' | 'unknown' | 'failure'

/** What a phone hears: let in, or rejected with the cause of TS 24.501 (5GMM) or TS 24.301 (EMM). */
export type Heard = 'accept' | 6 | 7 | 17 | 90

/** #6 illegal ME · #7 services not allowed. */
const DECISIONS: Readonly<Record<Exclude<Word, 'failure'>, Heard>> = {
  white: 'accept',
  grey: 'accept',
  black: 6,
  unknown: 7,
}

/** A network of the strictest setting: whom it knows nothing about is rejected. */
function decide(word: Word, onFailure: Heard): Heard {
  return word === 'failure' ? onFailure : DECISIONS[word]
}

/** Registration in 5G: asks over N5g-eir between security and acceptance (TS 23.502 4.2.2.2.2). */
export class Amf implements AsyncDisposable {
  readonly #client: N5gClient

  constructor(url: string) {
    this.#client = new N5gClient(url)
  }

  async letIn(imei14: string, imsi: string): Promise<Heard> {
    const question = `?pei=imei-${imei14}0&supi=imsi-${imsi}`
    const answer = await this.#client.check(question).catch(() => null)
    return decide(wordOfN5g(answer), 90) // payload was not forwarded
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]()
  }
}

function wordOfN5g(answer: N5gAnswer | null): Word {
  if (answer === null) return 'failure'
  const { status, json } = answer
  if (status === 404 && json['cause'] === 'ERROR_EQUIPMENT_UNKNOWN') return 'unknown'
  return (status === 200 && WORDS.get(json['status'])) || 'failure'
}

const WORDS = new Map<unknown, Word>([
  ['WHITELISTED', 'white'],
  ['GREYLISTED', 'grey'],
  ['BLACKLISTED', 'black'],
])
/** Equipment-Status (TS 29.272 §7.3.51). */
const STATUSES: readonly Word[] = ['white', 'black', 'grey']
const EQUIPMENT_UNKNOWN = 5422

/** Attach in 4G: asks over S13. */
export class Mme implements AsyncDisposable {
  readonly #peer: S13Peer
  readonly #isConnected: boolean

  private constructor(peer: S13Peer, isConnected: boolean) {
    this.#peer = peer
    this.#isConnected = isConnected
  }

  static async dial(port: number): Promise<Mme> {
    const peer = await S13Peer.dial(port)
    const answer = await peer.ask(encodeCer())
    return new Mme(peer, answer !== null && said(answer).result === 2001)
  }

  async letIn(imei14: string, imsi: string): Promise<Heard> {
    const answer = this.#isConnected
      ? await this.#peer.ask(encodeEcr({ imei: imei14, imsi }))
      : null
    return decide(answer === null ? 'failure' : wordOfS13(said(answer)), 17) // network failure
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer[Symbol.asyncDispose]()
  }
}

function wordOfS13({ result, experimental, status }: ReturnType<typeof said>): Word {
  if (experimental === EQUIPMENT_UNKNOWN) return 'unknown'
  return (result === 2001 && status !== undefined && STATUSES[status]) || 'failure'
}
