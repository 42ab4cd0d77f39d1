import { expect } from 'vitest'
import { Refusal } from '../../../core/index.ts'

/** The word of the rule a chain breaks; anything but a refusal is thrown on. */
export async function ruleOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof Refusal && error.code === 'attestation-needed') {
      expect(error.message.startsWith(`${error.facts['rule']}: `)).toBe(true)
      return String(error.facts['rule'])
    }
    throw error
  }
}
