import { first } from './0001-first.ts'
import { ownerKeys } from './0002-owner-keys.ts'
import { erasure } from './0003-erasure.ts'
import { registers } from './0004-registers.ts'
import { identities } from './0005-identities.ts'
import { numberLists } from './0006-number-lists.ts'
import { cloneSignals } from './0007-clone-signals.ts'
import { attest } from './0008-attest.ts'
import { waits } from './0009-waits.ts'
import { title } from './0010-title.ts'
import { parts } from './0011-parts.ts'
import { saleAndGlass } from './0012-sale-and-glass.ts'
import { boots } from './0013-boots.ts'
import { people } from './0015-people.ts'
import { owners } from './0016-owners.ts'
import { desk } from './0017-desk.ts'
import { requests } from './0018-requests.ts'
import { account } from './0020-account.ts'
import { returns } from './0025-returns.ts'
import { appeals } from './0026-appeals.ts'

/** In order, for ever: what has been released is never edited, only followed. */
export const MIGRATIONS = [
  { name: '0001-first', statements: first },
  { name: '0002-owner-keys', statements: ownerKeys },
  { name: '0003-erasure', statements: erasure },
  { name: '0004-registers', statements: registers },
  { name: '0005-identities', statements: identities },
  { name: '0006-number-lists', statements: numberLists },
  { name: '0007-clone-signals', statements: cloneSignals },
  { name: '0008-attest', statements: attest },
  { name: '0009-waits', statements: waits },
  { name: '0010-title', statements: title },
  { name: '0011-parts', statements: parts },
  { name: '0012-sale-and-glass', statements: saleAndGlass },
  { name: '0013-boots', statements: boots },
  { name: '0015-people', statements: people },
  { name: '0016-owners', statements: owners },
  { name: '0017-desk', statements: desk },
  { name: '0018-requests', statements: requests },
  { name: '0020-account', statements: account },
  { name: '0025-returns', statements: returns },
  { name: '0026-appeals', statements: appeals },
] as const
