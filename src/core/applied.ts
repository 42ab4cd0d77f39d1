import type { AuthorityList } from './authority-list.ts'
import type { Link } from './chain.ts'
import type { CheckedIdentity } from './check-identity.ts'
import type { CheckedOrder } from './check-order.ts'
import type { Distrust } from './distrust.ts'
import type { RootDocument } from './root.ts'

/** What one entry of the log changed. */
export type Applied =
  | { readonly kind: 'order'; readonly index: number; readonly checked: CheckedOrder }
  | { readonly kind: 'repeat'; readonly index: number; readonly first: number }
  | { readonly kind: 'certificate'; readonly index: number; readonly link: Link }
  | { readonly kind: 'root'; readonly index: number; readonly root: RootDocument }
  | { readonly kind: 'batch'; readonly index: number }
  | {
      readonly kind: 'list'
      readonly index: number
      readonly list: AuthorityList
      /** Orders that became void, or count again. */
      readonly changed: readonly number[]
    }
  | {
      readonly kind: 'distrust'
      readonly index: number
      readonly distrust: Distrust
      readonly changed: readonly number[]
    }
  /** `of`: the hold or lock whose owner has a new key. */
  | { readonly kind: 'owner-key'; readonly index: number; readonly of: number }
  | { readonly kind: 'identity'; readonly index: number; readonly checked: CheckedIdentity }
