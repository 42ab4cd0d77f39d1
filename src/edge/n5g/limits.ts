/** What askers may take. Every one of these is far above what a core network needs. */
export interface Limits {
  /** Sessions at once; one more displaces the one that has been silent longest. */
  readonly connections: number
  /** How long a new connection may take until its first question. */
  readonly firstQuestionMs: number
  /** How long a session may be silent afterwards. */
  readonly idleMs: number
  /** Checks a second of one peer, and of all together; a second's worth may come at once. */
  readonly perPeerPerSecond: number
  readonly perSecond: number
}

/**
 * Rates are unlimited: a refusal costs as much as an answer, and every error may admit a stolen phone.
 * They are for the operator who has a peer gone wild. A silent session is kept long for the same
 * reason: a question that meets our GOAWAY on its way is a question lost.
 */
export const LIMITS: Limits = {
  connections: 10_000,
  firstQuestionMs: 30_000,
  idleMs: 30 * 60_000,
  perPeerPerSecond: Infinity,
  perSecond: Infinity,
}

/** TLS handshakes under way, beside the sessions. */
export const MAX_HANDSHAKES = 1_000
export const HANDSHAKE_MS = 10_000
/** Open streams are answered at once; whoever keeps one open for longer than this is cut off. */
export const CLOSE_MS = 2_000

/** As HTTP/2 counts it (RFC 9113 §10.5.1): 32 bytes for each field beside name and value. */
const MAX_HEADER_LIST = 16_384
const FIELD_OVERHEAD = 32

/** @param raw names and values in turn */
export function isTooLarge(raw: readonly string[]): boolean {
  const sum = raw.reduce((size, text) => size + text.length, (raw.length / 2) * FIELD_OVERHEAD)
  return sum > MAX_HEADER_LIST
}

/** What nghttp2 bounds for each session. Resets have its own limit: 1,000 at once, then 33 a second. */
export const SESSION = {
  settings: { enablePush: false, maxConcurrentStreams: 1_000, maxHeaderListSize: MAX_HEADER_LIST },
  maxSessionRejectedStreams: 100,
  maxSessionInvalidFrames: 100,
} as const
