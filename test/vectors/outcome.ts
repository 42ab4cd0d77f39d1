import { Refusal } from '../../src/core/refusal.ts'

/** The code `work` is refused with, or `accepted`. Anything but a refusal is thrown on: a bug. */
export function codeOf(work: () => unknown): string {
  try {
    work()
    return 'accepted'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
