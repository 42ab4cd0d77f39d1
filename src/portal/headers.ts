import type { MiddlewareHandler } from 'hono'
import { demand } from '../core/index.ts'
import type { PageEnv } from './session.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]

/** For the one page that reads barcodes out of pictures, with a reader compiled to WebAssembly. */
export const SCANNING_POLICY = POLICY.map((rule) =>
  rule.startsWith('script-src') ? `${rule} 'wasm-unsafe-eval'` : rule,
).join('; ')

/** Nothing inline, nothing from another host, nothing framed; personal pages are kept nowhere. */
export const securityHeaders: MiddlewareHandler<PageEnv> = async (c, next) => {
  await next()
  const { headers } = c.res
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', POLICY.join('; '))
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('cross-origin-opener-policy', 'same-origin')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
}

/** No database keeps a NUL, and no link of ours holds one. @throws {Refusal} malformed */
export const plainAddress: MiddlewareHandler<PageEnv> = async (c, next) => {
  demand(!c.req.url.includes('%00'), 'malformed', 'a NUL is no text')
  await next()
}
