import type { State } from '../core/index.ts'

/** What anyone who checks a phone reads. Never "clean", never a colour alone. */
export const CHECK_SENTENCES: Readonly<Record<State, string>> = {
  protected: 'No report for this number. That is not a guarantee.',
  held: 'Reported by its owner, not confirmed by police. Do not buy it yet.',
  stolen: 'Stolen. Do not buy it. Any police station takes it.',
  recovered: 'Stolen, and found by police.',
  retired: 'Out of use for good. Do not buy it.',
}
