import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { encodeCbor, type CborValue } from '../src/core/index.ts'
import { hiddenFields, type Pages, type Shown } from './pages.ts'

/** Flags of an authenticator that saw its user and knows him. */
const PRESENT_AND_VERIFIED = 0x05
/** That a new key stands behind the flags. */
const HAS_KEY = 0x40
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

/** The key of a PEM as a passkey in a browser at `origin`. */
export class TestPasskey {
  readonly #pem: string
  readonly credential: string
  readonly #origin: string

  constructor(pem: string, origin = 'http://localhost') {
    this.#pem = pem
    this.credential = sha256(pem).toString('base64url')
    this.#origin = origin
  }

  /** What a browser sends for these options. */
  answer({ challenge }: { readonly challenge: string }): string {
    const client = JSON.stringify({
      type: 'webauthn.get',
      challenge,
      origin: this.#origin,
      crossOrigin: false,
    })
    const authenticatorData = Buffer.concat([
      sha256('localhost'),
      Buffer.from([PRESENT_AND_VERIFIED, 0, 0, 0, 0]),
    ])
    const signed = Buffer.concat([authenticatorData, sha256(client)])
    return JSON.stringify({
      id: this.credential,
      rawId: this.credential,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        authenticatorData: authenticatorData.toString('base64url'),
        clientDataJSON: Buffer.from(client).toString('base64url'),
        signature: sign('sha256', signed, createPrivateKey(this.#pem)).toString('base64url'),
      },
    })
  }

  /** What a browser sends when it makes this passkey. @param flags of the authenticator, without "has a key" */
  made({ challenge }: { readonly challenge: string }, flags = PRESENT_AND_VERIFIED): string {
    const client = JSON.stringify({
      type: 'webauthn.create',
      challenge,
      origin: this.#origin,
      crossOrigin: false,
    })
    const { x = '', y = '' } = createPublicKey(this.#pem).export({ format: 'jwk' })
    const key = new Map<number, CborValue>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ])
    const id = Buffer.from(this.credential, 'base64url')
    const authData = Buffer.concat([
      sha256('localhost'),
      Buffer.from([flags | HAS_KEY, 0, 0, 0, 0]),
      Buffer.alloc(16),
      Buffer.from([0, id.length]),
      id,
      encodeCbor(key),
    ])
    // {"fmt": "none", "attStmt": {}, "authData": …}: its keys are texts, which ours never are.
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
      encodeCbor(new Uint8Array(authData)),
    ])
    return JSON.stringify({
      id: this.credential,
      rawId: this.credential,
      type: 'public-key',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        attestationObject: attestationObject.toString('base64url'),
        clientDataJSON: Buffer.from(client).toString('base64url'),
        transports: ['internal'],
      },
    })
  }

  /** Sends the passkey form of a page: the first, or the one with this action. */
  send(
    pages: Pages,
    page: Shown,
    fields: Readonly<Record<string, string>> = {},
    to?: string,
  ): Promise<Shown> {
    const forms = page.html.match(/<form[^>]*data-passkey.*?<\/form>/gs) ?? []
    const form = forms.find((one) => to === undefined || one.includes(`action="${to}"`)) ?? ''
    const action = /action="([^"]+)"/.exec(form)![1]!
    const said = /data-options="([^"]+)"/.exec(form)![1]!.replaceAll('&quot;', '"')
    const options = JSON.parse(said) as { challenge: string }
    const makes = form.includes('data-passkey="new"')
    const response = makes ? this.made(options) : this.answer(options)
    return pages.post(action, { ...hiddenFields(form), ...fields, response })
  }
}
