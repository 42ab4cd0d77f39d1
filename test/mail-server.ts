import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { CertificateAuthority } from './certificates.ts'

/** What becomes of a mail. `dies`: the server, in the middle of it; `silent`: after it kept it, before it said so. */
export type MailEnding = 'taken' | 'later' | 'refused' | 'dies' | 'silent'

const NAME = 'registry'
const PASSWORD = 'p@ss:word'

/** A mail server on a socket, with a certificate and a password. */
export class MailServer implements AsyncDisposable {
  /** Whole messages it keeps. */
  readonly kept: string[] = []
  readonly receivers: string[] = []
  /** Those who came with a name and its password over TLS. */
  signedIn = 0
  ending: MailEnding = 'taken'
  readonly #server: SMTPServer
  readonly #ca: string
  readonly #isTls: boolean
  #port = 0

  private constructor(isTls: boolean) {
    const authority = new CertificateAuthority('Example mail')
    const { key, cert } = authority.certify('localhost')
    this.#ca = authority.cert
    this.#isTls = isTls
    this.#server = new SMTPServer({
      secure: isTls,
      key,
      cert,
      closeTimeout: 100,
      disableReverseLookup: true,
      onAuth: ({ username, password }, { secure }, done) => {
        const isKnown = secure && username === NAME && password === PASSWORD
        if (isKnown) this.signedIn++
        done(isKnown ? null : new Error('no such name'), isKnown ? { user: NAME } : undefined)
      },
      onRcptTo: ({ address }, _session, done) => {
        if (this.ending === 'refused') return done(answer(550, 'no such person'))
        this.receivers.push(address)
        done()
      },
      onData: (stream, session, done) => {
        if (this.ending === 'dies') return this.#cut(session.id)
        void text(stream).then((mail) => {
          if (this.ending === 'later') return done(answer(451, 'come back later'))
          this.kept.push(mail)
          if (this.ending === 'silent') this.#cut(session.id)
          else done()
        })
      },
    })
    this.#server.on('error', () => undefined)
  }

  static async start(how: 'smtp' | 'smtps' = 'smtps'): Promise<MailServer> {
    const server = new MailServer(how === 'smtps')
    const listening = server.#server.listen(0, 'localhost')
    await new Promise((resolve) => listening.once('listening', resolve))
    const address = server.#server.server.address()
    server.#port = typeof address === 'object' && address !== null ? address.port : 0
    return server
  }

  /** As the registry is given it. */
  url({ password = PASSWORD, trusts = true } = {}): string {
    const url = new URL(`${this.#isTls ? 'smtps' : 'smtp'}://localhost:${this.#port}`)
    const { searchParams } = url
    if (!this.#isTls) searchParams.set('requireTLS', 'true')
    if (trusts) searchParams.set('tls.ca', this.#ca)
    url.username = NAME
    url.password = encodeURIComponent(password)
    return url.href
  }

  #cut(id: string): void {
    for (const connection of this.#server.connections)
      if (connection.session.id === id) connection._socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve))
  }
}

function answer(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
