import { lockFolder } from '../host/index.ts'
import { startHands } from './hands.ts'
import { Phone } from './phone.ts'
import type { PhoneOptions } from './inside.ts'
import { SyncLoop } from './sync-loop.ts'

export interface StartPhone extends PhoneOptions {
  /** Of the hands; 0 takes any. */
  readonly port: number
  /** Milliseconds between two questions for orders: 15 minutes in the field (docs/spec/device-protocol.md §4). */
  readonly syncEveryMs: number
}

/** A phone that is switched on. */
export interface StartedPhone {
  /** Where its hands listen. */
  readonly url: string
  readonly phone: Phone
  close(): Promise<void>
}

/**
 * Boots the phone in `dir` and keeps asking for orders beside. The boot waits for no network.
 * @throws {Refusal} data-folder-busy, data-folder-unsafe
 */
export async function startPhone(options: StartPhone): Promise<StartedPhone> {
  const { logger, port } = options
  const lock = lockFolder(options.dir)
  let offMs = 0
  const clock = () => options.surroundings.clock() + offMs
  const phone = new Phone({ ...options, surroundings: { ...options.surroundings, clock } })
  const syncing = new SyncLoop(phone, options.syncEveryMs, logger)
  const line = phone.line({ onWake: () => void syncing.trigger() })
  try {
    await phone.powerOn()
    const hands = await startHands({ phone, syncing, setClock: (ms) => (offMs = ms), port, logger })
    void syncing.trigger()
    line.start()
    const close = async () => {
      await hands.close()
      await line.close()
      await syncing.close()
      await phone.powerOff()
      lock.release()
    }
    return { url: hands.url, phone, close }
  } catch (error) {
    await syncing.close()
    await phone.powerOff()
    lock.release()
    throw error
  }
}
