import type { HttpBindings } from '@hono/node-server'
import type { Caller } from '../model/caller.ts'

/** What travels with a request. */
export interface Env {
  Bindings: HttpBindings
  Variables: {
    /** Present once a signed request was checked. */
    caller?: Caller
    /** Present in requests that act once. */
    requestKey?: { readonly caller: string; readonly key: string }
  }
}
