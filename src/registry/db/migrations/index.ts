import { first } from './0001-first.ts'
import { ownerKeys } from './0002-owner-keys.ts'
import { erasure } from './0003-erasure.ts'
import { registers } from './0004-registers.ts'
import { identities } from './0005-identities.ts'
import { numberLists } from './0006-number-lists.ts'
import { cloneSignals } from './0007-clone-signals.ts'

/** In order, for ever: what has been released is never edited, only followed. */
export const MIGRATIONS = [
  { name: '0001-first', statements: first },
  { name: '0002-owner-keys', statements: ownerKeys },
  { name: '0003-erasure', statements: erasure },
  { name: '0004-registers', statements: registers },
  { name: '0005-identities', statements: identities },
  { name: '0006-number-lists', statements: numberLists },
  { name: '0007-clone-signals', statements: cloneSignals },
] as const
