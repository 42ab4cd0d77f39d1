import { createHash, createPrivateKey, sign } from 'node:crypto'
import { hiddenFields, type Pages, type Shown } from './pages.ts'

/** Flags of an authenticator that saw its user and knows him. */
const PRESENT_AND_VERIFIED = 0x05
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

  /** Sends the passkey form of a page. */
  send(pages: Pages, page: Shown, fields: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const [form] = /<form[^>]*data-passkey.*?<\/form>/s.exec(page.html) ?? ['']
    const action = /action="([^"]+)"/.exec(form)![1]!
    const options = /data-options="([^"]+)"/.exec(form)![1]!.replaceAll('&quot;', '"')
    const response = this.answer(JSON.parse(options) as { challenge: string })
    return pages.post(action, { ...hiddenFields(form), ...fields, response })
  }
}
