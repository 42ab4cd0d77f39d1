import type { Socket } from 'node:net'
import { Framer, type Take, type Unframed } from './framing.ts'
import { Replies } from './replies.ts'
import type { Alarm, SetAlarm } from './watchdog.ts'

export interface TransportOptions {
  readonly socket: Socket
  readonly setAlarm: SetAlarm
  readonly onMessage: Take
  /** The stream cannot be cut into messages any more. */
  readonly onUnframed: (unframed: Unframed) => void
  /** A mistake of ours; the connection is over, what was half written is not sent. */
  readonly onMistake: (error: unknown) => void
  /** At least one message came. */
  readonly onHeard: () => void
  readonly onClosed: () => void
}

/** More than this unsent, and we stop reading: whoever does not take answers gets no more of them. */
const MAX_UNSENT = 1_048_576
const END_WITHIN_MS = 2_000

/** Messages in, messages out: all answers to one read leave in one write. */
export class Transport {
  readonly replies = new Replies()
  readonly closed: Promise<void>
  readonly #options: TransportOptions
  readonly #framer = new Framer()
  #isReading = false
  #hasHeard = false
  #isEnding = false
  #deadline: Alarm | null = null

  constructor(options: TransportOptions) {
    const { socket, onClosed } = options
    this.#options = options
    socket.setNoDelay(true)
    socket.on('error', () => undefined) // the peer went away: 'close' follows
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('drain', () => socket.resume())
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isEnding = true
        this.#deadline?.stop()
        onClosed()
        resolve()
      })
    })
  }

  /** Writes a message, with the other answers to this read where one is being answered. */
  send(message: Uint8Array): void {
    this.replies.add(message)
    if (!this.#isReading) this.flush()
  }

  /** No more messages: what is written leaves, then the connection ends, if need be without the peer. */
  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    const { socket, setAlarm } = this.#options
    socket.resume()
    socket.end(this.replies.take())
    this.#deadline = setAlarm(END_WITHIN_MS, () => this.destroy())
  }

  private destroy(): void {
    this.#isEnding = true
    this.#options.socket.destroy()
  }

  private read(chunk: Buffer): void {
    if (this.#isEnding) return
    const { onUnframed, onHeard, onMistake } = this.#options
    this.#hasHeard = false
    this.#isReading = true
    try {
      const unframed = this.#framer.push(chunk, this.#take)
      this.#isReading = false
      if (this.#isEnding) return
      if (this.#hasHeard) onHeard()
      if (unframed) onUnframed(unframed)
      else this.flush()
    } catch (error) {
      onMistake(error)
      this.destroy()
    }
  }

  readonly #take: Take = (bytes, start, end) => {
    this.#hasHeard = true
    return this.#options.onMessage(bytes, start, end) && !this.#isEnding
  }

  private flush(): void {
    const { socket } = this.#options
    const bytes = this.replies.take()
    if (this.#isEnding || bytes.length === 0) return
    socket.write(bytes)
    // Zero: the kernel has taken all of it, as it does unless the peer is slow.
    if (socket.writableLength === 0) this.replies.reuse()
    else if (socket.writableLength > MAX_UNSENT) socket.pause()
  }
}
