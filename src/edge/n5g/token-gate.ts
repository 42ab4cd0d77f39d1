import type { Clock } from '../../host/index.ts'
import { openAccessToken, type TokenRules } from './access-token.ts'
import { PROBLEMS, type Answer } from './answers.ts'
import type { Peer, Peers } from './peers.ts'

export interface TokenOptions extends TokenRules {
  /** `optional`: a token names its bearer, and whoever has none is named by the connection. */
  readonly mode: 'optional' | 'required'
}

/** For whom a question counts, and what it is refused with. */
export interface Admission {
  readonly peer: Peer
  readonly refusal: Answer | null
}

/** @param caller whoever is at the other end of the connection */
export type TokenGate = (authorization: string | undefined, caller: Admission) => Admission

export interface TokenGateOptions {
  /** Left out: nobody's token is looked at. */
  readonly tokens: TokenOptions | undefined
  readonly peers: Peers
  readonly clock: Clock
}

const BEARER = /^Bearer +(\S+)$/i
/** One for each consumer, and one more while it changes. */
const MAX_REMEMBERED = 2_000

interface Remembered extends Admission {
  readonly untilMs: number
}

/**
 * Access tokens of TS 29.510. A signature costs as much as three answers, so a token that was good is
 * known until it expires. A bad one counts only where one is required: without it the same question
 * would be answered, and an error may admit a stolen phone.
 */
export function makeTokenGate({ tokens, peers, clock }: TokenGateOptions): TokenGate {
  if (!tokens) return (_, caller) => caller
  const isRequired = tokens.mode === 'required'
  const good = new Map<string, Remembered>()
  const refused = (caller: Admission, refusal: Answer) =>
    isRequired ? { peer: caller.peer, refusal } : caller

  return (authorization, caller) => {
    if (authorization === undefined) return refused(caller, PROBLEMS.noToken)
    const now = clock()
    const known = good.get(authorization)
    if (known && now < known.untilMs) return known
    good.delete(authorization)
    const [, jws] = BEARER.exec(authorization) ?? []
    const token = jws === undefined ? null : openAccessToken(jws, tokens, now)
    if (token === null) return refused(caller, PROBLEMS.badToken)
    if (!token.hasScope) return refused(caller, PROBLEMS.scope)
    // The oldest goes: whoever still uses it pays one signature.
    if (good.size >= MAX_REMEMBERED) good.delete(good.keys().next().value!)
    const admission = { peer: peers.of(token.sub), refusal: null, untilMs: token.untilMs }
    good.set(authorization, admission)
    return admission
  }
}
