import { first } from './0001-first.ts'

/** In order, for ever: what has been released is never edited, only followed. */
export const MIGRATIONS = [{ name: '0001-first', statements: first }] as const
