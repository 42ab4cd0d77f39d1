import { get } from 'node:http'
import type { Signer } from '../../core/index.ts'
import { signedHeader } from '../../host/index.ts'
import { FEED_EVENT, FeedCheckpoint, parseCursor } from '../../wire/index.ts'

/**
 * A reader of the feed that verifies nothing: one socket, one place in the log, and when each leaf was
 * covered by a checkpoint that a guardian had signed.
 */
export class LightReader {
  /** Unix ms at which the leaf was covered, by index. */
  readonly applied = new Map<number, number>()
  /** Leaves that came out of turn: gaps and repetitions. */
  outOfTurn = 0
  readonly #guardian: string
  #next: number
  #waiting: number[] = []
  #text = ''

  /** @param after the last leaf it has */
  constructor(after: number, guardian: string) {
    this.#next = after + 1
    this.#guardian = `\n— ${guardian} `
  }

  /** Resolves when the registry has answered. */
  async connect(base: string, signer: Signer): Promise<void> {
    const url = new URL(`${base}/v1/feed`)
    const authorization = signedHeader({ method: 'GET', url, body: '', key: '' }, signer)
    const headers = { authorization, 'last-event-id': String(this.#next - 1) }
    await new Promise<void>((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`the feed said ${response.statusCode}`))
        response.setEncoding('utf8')
        response.on('data', (text: string) => this.take(text))
        response.on('error', () => undefined)
        resolve()
      }).on('error', reject)
    })
  }

  private take(text: string): void {
    const events = (this.#text + text).split('\n\n')
    this.#text = events.pop()!
    for (const event of events) this.event(event)
  }

  private event(text: string): void {
    const fields = new Map(
      text.split('\n').map((line) => {
        const colon = line.indexOf(': ')
        return [line.slice(0, colon), line.slice(colon + 2)] as const
      }),
    )
    if (fields.get('event') === FEED_EVENT.entry) this.entry(parseCursor(fields.get('id') ?? ''))
    if (fields.get('event') === FEED_EVENT.checkpoint)
      this.checkpoint(FeedCheckpoint.parse(JSON.parse(fields.get('data')!)).note)
  }

  private entry(index: number): void {
    if (index !== this.#next) this.outOfTurn++
    this.#next = index + 1
    this.#waiting.push(index)
  }

  private checkpoint(note: string): void {
    if (!note.includes(this.#guardian)) return
    const size = Number(note.split('\n')[1])
    const now = Date.now()
    for (const index of this.#waiting) if (index < size) this.applied.set(index, now)
    this.#waiting = this.#waiting.filter((index) => index >= size)
  }
}
