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

/** The same of work that takes its time. */
export async function codeOfWork(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
