import { concat, sha256, utf8, type Signer } from '../src/core/index.ts'
import type { Shown } from './pages.ts'

/** As the world's root document names them. */
const OWNERS = { rpId: 'localhost', origins: ['http://localhost'] }

/** What a browser puts into the passkey form of this page, signed by `key`. */
export function answer(page: Shown, key: Signer): string {
  const said = /data-options="([^"]*)"/.exec(page.html)![1]!.replaceAll('&quot;', '"')
  const { challenge, rpId, allowCredentials } = JSON.parse(said)
  const [origin] = OWNERS.origins
  const client = utf8(JSON.stringify({ type: 'webauthn.get', challenge, origin }))
  const data = concat(sha256(utf8(rpId)), Uint8Array.of(0x05, 0, 0, 0, 0))
  const plain = key.sign(concat(data, sha256(client)))
  const halves = [plain.subarray(0, 32), plain.subarray(32)].map(derInteger)
  const signature = Uint8Array.of(0x30, halves[0]!.length + halves[1]!.length, ...halves.flat())
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const { id } = allowCredentials[0]
  const response = {
    authenticatorData: text(data),
    clientDataJSON: text(client),
    signature: text(signature),
  }
  return JSON.stringify({
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response,
  })
}

function derInteger(half: Uint8Array): number[] {
  const first = half.findIndex((byte) => byte !== 0)
  const digits = [...half.subarray(first)]
  const value = digits[0]! < 0x80 ? digits : [0, ...digits]
  return [0x02, value.length, ...value]
}
