import { first } from './0001-first.ts'
import { ownerKeys } from './0002-owner-keys.ts'

/** In order, for ever: what has been released is never edited, only followed. */
export const MIGRATIONS = [
  { name: '0001-first', statements: first },
  { name: '0002-owner-keys', statements: ownerKeys },
] as const
