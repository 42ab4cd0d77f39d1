import type { State } from '../../core/index.ts'

/** What an owner reads. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  protected: 'Protected',
  held: 'Locked by you',
  stolen: 'Blocked everywhere. Police confirmed the theft',
  recovered: 'Police have your phone',
  retired: 'Out of use for good',
}
