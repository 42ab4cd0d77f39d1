import { Refusal } from '../../core/index.ts'

const ATTEMPTS = 20
const PAUSE_MS = 1_000

/**
 * Asks again while the registry restarts or fails over. Only for what acts once however often it is
 * sent. @throws {Refusal} what the registry says, or unavailable when it stays away
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const passing =
        error instanceof Refusal && (error.code === 'unavailable' || error.code === 'timeout')
      if (!passing || attempt === ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}
