import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { encodeDwr } from '../../../test/s13-peer.ts'
import { Transport } from './transport.ts'
import { machineAlarm } from './watchdog.ts'

const MEBIBYTE = 1_048_576

/** A socket whose far side takes nothing until it is told to. */
class StuckSocket extends Duplex {
  taken = 0
  #waiting: (() => void) | null = null

  setNoDelay(): this {
    return this
  }

  override _read(): void {}

  override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    this.#waiting = () => {
      this.taken += bytes.length
      done()
    }
  }

  /** Lets everything through that is written. */
  async flow(): Promise<void> {
    while (this.writableLength > 0) {
      const take = this.#waiting
      this.#waiting = null
      take?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

test('a peer that does not take its answers is read from no more, until it has', async () => {
  const socket = new StuckSocket()
  const answer = Buffer.alloc(10_000)
  let asked = 0
  const transport = new Transport({
    socket: socket as unknown as Socket,
    setAlarm: machineAlarm,
    onMessage: () => {
      asked++
      transport.send(answer)
      return true
    },
    onUnframed: () => undefined,
    onMistake: () => undefined,
    onHeard: () => undefined,
    onClosed: () => undefined,
  })
  const ask = async (count: number) => {
    for (let i = 0; i < count; i++) {
      socket.push(encodeDwr())
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await ask(100)
  expect(socket.isPaused()).toBe(false)
  expect(asked).toBe(100)
  await ask(100)
  expect(socket.isPaused()).toBe(true)
  expect(asked).toBe(Math.floor(MEBIBYTE / answer.length) + 1)
  expect(socket.writableLength).toBeLessThan(MEBIBYTE + 2 * answer.length)
  await socket.flow()
  expect(socket.isPaused()).toBe(false)
  await expect.poll(() => asked, { timeout: 20_000 }).toBe(200)
  await socket.flow()
  expect(socket.taken).toBe(200 * answer.length)
  socket.destroy()
  await transport.closed
})
