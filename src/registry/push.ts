import { ECDH, createPrivateKey } from 'node:crypto'
import webPush from 'web-push'
import { Refusal, demand } from '../core/index.ts'
import { sendBytes } from '../host/index.ts'
import { Gone, type Post } from './services/outbox.ts'

/** One browser, as its push service knows it (RFC 8030). */
export interface PushTarget {
  /** A secret of browser and push service: whoever has it may send. */
  readonly endpoint: string
  /** Base64url: its key on P-256, 65 bytes, and its secret, 16 (RFC 8291 §3). */
  readonly p256dh: string
  readonly auth: string
}

/** Notices to browsers. */
export interface Push extends Post<PushTarget> {
  /** Key by which push services know us (RFC 8292), base64url: 65 bytes. */
  readonly publicKey: string
  /** @throws {Refusal} push-target-refused, malformed */
  demandTarget(target: PushTarget): void
}

/** Hosts of the push services that browsers use. An endpoint is chosen by whoever sends it. */
const SERVICES = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
]
const MAX_ENDPOINT = 1_024
const TIMEOUT_MS = 10_000
/** How long a push service keeps it for a browser that is off, seconds. */
const KEPT_SECONDS = 86_400
/** The browser has gone, or wants nothing more (RFC 8030 §7.3). */
const GONE = [404, 410]

/**
 * Sends by Web Push. `pem`: our key, P-256 in PKCS#8; `subject`: whom a push service writes to; `origins`: of
 * push services beside the known ones.
 */
export function webPushPost({
  pem,
  subject,
  origins = [],
}: {
  readonly pem: string
  readonly subject: string
  readonly origins?: readonly string[]
}): Push {
  const { publicKey, privateKey } = keysOf(pem)
  const vapidDetails = { subject, publicKey, privateKey }
  const demandTarget = (target: PushTarget) => demandKnown(target, origins)
  return {
    publicKey,
    demandTarget,
    send: async ({ id, text, to }) => {
      demandTarget(to)
      const { endpoint, ...keys } = to
      const details = webPush.generateRequestDetails(
        { endpoint, keys },
        JSON.stringify({ id, text }),
        { vapidDetails, TTL: KEPT_SECONDS, urgency: 'high', contentEncoding: 'aes128gcm' },
      )
      const headers = Object.entries(details.headers).map(([name, value]) => [name, String(value)])
      const status = await sendBytes({
        url: endpoint,
        headers: Object.fromEntries(headers.filter(([name]) => name !== 'Content-Length')),
        body: new Uint8Array(details.body ?? []),
        timeoutMs: TIMEOUT_MS,
      })
      if (GONE.includes(status)) throw new Gone()
      if (status < 200 || status > 299)
        throw new Refusal('unavailable', `a push service answered ${status}`)
    },
    close: () => undefined,
  }
}

function demandKnown({ endpoint, p256dh, auth }: PushTarget, origins: readonly string[]): void {
  const url = endpoint.length <= MAX_ENDPOINT ? URL.parse(endpoint) : null
  const isPlain = url !== null && url.href === endpoint && url.username === '' && url.hash === ''
  const isKnown = isPlain && (isOfService(url) || origins.includes(url.origin))
  demand(isKnown, 'push-target-refused', 'the address is of no push service that is known here')
  const isSecret = /^[A-Za-z0-9_-]{22}$/.test(auth)
  demand(isSecret && isPoint(p256dh), 'malformed', 'expected the keys of a browser')
}

function isOfService({ protocol, port, hostname }: URL): boolean {
  const isOne = SERVICES.some((name) =>
    name.startsWith('*') ? hostname.endsWith(name.slice(1)) : hostname === name,
  )
  return isOne && protocol === 'https:' && port === ''
}

/** A point of P-256, uncompressed. */
function isPoint(text: string): boolean {
  if (!/^[A-Za-z0-9_-]{87}$/.test(text)) return false
  try {
    ECDH.convertKey(text, 'prime256v1', 'base64url') // decodes it, or throws
    return true
  } catch {
    return false
  }
}

function keysOf(pem: string) {
  const { x = '', y = '', d = '' } = createPrivateKey(pem).export({ format: 'jwk' })
  const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  return { publicKey: Buffer.concat(point).toString('base64url'), privateKey: d }
}
