import { connect, type Socket } from 'node:net'
import { Refusal, demand } from '../../core/index.ts'
import { HEADER_BYTES, frameSize } from './frame.ts'
import { concat } from './writer.ts'

/** Where the TPM answers: raw frames over TCP, as an emulator serves them. */
export interface TpmAddress {
  readonly host: string
  readonly port: number
  /** Milliseconds until an unanswered command counts as refused. */
  readonly timeoutMs?: number
}

/** Longer than a chip takes to make a P-256 key. */
const DEFAULT_TIMEOUT_MS = 10_000

export function timeoutOf({ timeoutMs = DEFAULT_TIMEOUT_MS }: TpmAddress): number {
  return timeoutMs
}

interface Waiting {
  readonly resolve: (frame: Uint8Array) => void
  readonly reject: (refusal: Refusal) => void
}

/**
 * One connection, one command at a time. It is opened at the first command and again after any doubt:
 * bytes that came late must never pass for the answer to a later question.
 */
export class TpmLink {
  readonly #address: TpmAddress
  #socket: Socket | null = null
  #received = new Uint8Array(0)
  #waiting: Waiting | null = null
  #isClosed = false

  constructor(address: TpmAddress) {
    this.#address = address
  }

  /** @returns the answer's frame, whole, of the size it says. @throws {Refusal} store */
  async exchange(frame: Uint8Array): Promise<Uint8Array> {
    demand(!this.#isClosed, 'store', 'the link to the tpm was closed')
    demand(this.#waiting === null, 'store', 'the tpm is still answering')
    const socket = (this.#socket ??= this.#open())
    const silent = () => this.#give('the tpm does not answer')
    const timer = setTimeout(silent, timeoutOf(this.#address))
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.#waiting = { resolve, reject }
        socket.write(frame)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#give('the link to the tpm was closed')
  }

  #open(): Socket {
    const { host, port } = this.#address
    const socket = connect({ host, port, noDelay: true })
    socket.on('data', (chunk) => this.#socket === socket && this.#take(chunk))
    socket.on('error', () => this.#socket === socket && this.#give('the tpm is not reachable'))
    socket.on('close', () => this.#socket === socket && this.#give('the tpm hung up'))
    return socket
  }

  #take(chunk: Uint8Array): void {
    this.#received = concat(this.#received, chunk)
    if (this.#waiting === null) return this.#give('the tpm speaks unasked')
    if (this.#received.length < HEADER_BYTES) return
    let size: number
    try {
      size = frameSize(this.#received.subarray(0, HEADER_BYTES))
    } catch {
      return this.#give('not an answer of a tpm')
    }
    if (this.#received.length < size) return
    if (this.#received.length > size) return this.#give('the tpm says more than it announced')
    const { resolve } = this.#waiting
    const frame = this.#received
    this.#waiting = null
    this.#received = new Uint8Array(0)
    resolve(frame)
  }

  /** Hangs up, and refuses whoever waits. */
  #give(why: string): void {
    const waiting = this.#waiting
    const socket = this.#socket
    this.#waiting = null
    this.#socket = null
    this.#received = new Uint8Array(0)
    socket?.destroy()
    waiting?.reject(new Refusal('store', why))
  }
}
