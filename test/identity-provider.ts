import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import type { IdentityProvider } from '../src/registry/index.ts'

const CLIENT = 'desk'
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KID = 'test'

/** What a dishonest provider puts into its ID tokens, over what an honest one would. */
export type Forged = Readonly<Record<string, unknown>>

/** A force's identity provider on a real socket: a library of others', with its own pages. */
export class TestProvider implements AsyncDisposable {
  readonly #server: Server
  readonly #secret = randomUUID()
  /** Changes the next tokens; null: honest. */
  forged: Forged | null = null
  /** Said of itself, over what is true. */
  documents: Readonly<Record<string, string>> = {}
  /** Answers nothing, and keeps the line open. */
  isSilent = false

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param callbacks where browsers may be led back to */
  static async start(callbacks: readonly string[]): Promise<TestProvider> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const started = new TestProvider(server)
    started.#serve(callbacks)
    return started
  }

  get issuer(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  get secret(): string {
    return this.#secret
  }

  /** As a registry is told of it. */
  of(force: string): IdentityProvider {
    return {
      force,
      issuer: new URL(this.issuer),
      clientId: CLIENT,
      clientSecret: this.#secret,
      claim: 'preferred_username',
    }
  }

  #serve(callbacks: readonly string[]): void {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT, client_secret: this.#secret, redirect_uris: [...callbacks] }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256' }] },
      // Whoever signs in says who he is: what a directory would know.
      findAccount: (_, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, preferred_username: accountId, role: 'national' }),
      }),
      claims: { openid: ['sub'], profile: ['preferred_username', 'role'] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
    })
    provider.use(async (ctx, next) => {
      await next()
      const body = ctx.body as { id_token?: string } | undefined
      if (this.forged !== null && body?.id_token !== undefined)
        ctx.body = { ...body, id_token: forge(body.id_token, this.forged) }
      if (ctx.path.endsWith('/openid-configuration'))
        ctx.body = { ...(ctx.body as object), ...this.documents }
    })
    const answer = provider.callback()
    this.#server.on('request', (request, response) => {
      if (!this.isSilent) void answer(request, response)
    })
  }

  /** Signs in at its pages. @returns the address the browser is led back to */
  async signIn(at: string, name: string): Promise<string> {
    const cookies = new Map<string, string>()
    let [url, init]: [string, RequestInit] = [at, {}]
    for (let steps = 0; steps < 12; steps += 1) {
      const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ')
      const headers = { ...(init.headers as Record<string, string>), cookie }
      const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
      for (const line of answer.headers.getSetCookie()) {
        const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(key, value)
      }
      const to = answer.headers.get('location')
      if (to !== null) {
        ;[url, init] = [new URL(to, url).href, {}]
        if (!url.startsWith(this.issuer)) return url
        continue
      }
      const html = await answer.text()
      const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]
      const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1]
      if (action === undefined || prompt === undefined) throw new Error(`no form: ${html}`)
      const body = new URLSearchParams({ prompt, login: name, password: 'any' })
      ;[url, init] = [new URL(action, url).href, { method: 'POST', body }]
    }
    throw new Error('the provider led nowhere')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The same token with other claims, or another head, signed with the provider's own key. */
function forge(token: string, { alg = 'RS256', ...claims }: Forged): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const said = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object
  const head = part({ alg, kid: KID, typ: 'JWT' })
  const signed = `${head}.${part({ ...said, ...claims })}`
  const signature = alg === 'RS256' ? sign('sha256', Buffer.from(signed), privateKey) : Buffer.of()
  return `${signed}.${signature.toString('base64url')}`
}
