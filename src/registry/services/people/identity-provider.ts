import * as oidc from 'openid-client'
import { Refusal, demand, type RefusalCode } from '../../../core/index.ts'
import { readBody, type Clock } from '../../../host/index.ts'
import type { IdentityProvider } from '../../options.ts'

const TIMEOUT_SECONDS = 5
const MAX_ANSWER = 256 * 1024
/** So long what it says of itself is believed before it is asked again; its keys have their own time. */
const KNOWN_MS = 3_600_000
/** A name in a certificate has at most 8 labels of 63 letters. */
const MAX_CLAIM = 511

/** What binds one sign-in to one browser: each is known to that browser's cookie and our secret alone. */
export interface SignOnSecrets {
  /** Comes back in the address. */
  readonly state: string
  /** Comes back in the ID token. */
  readonly nonce: string
  /** RFC 7636: shown when the code is exchanged. */
  readonly verifier: string
}

/** A force's own identity provider, asked over OpenID Connect Core 1.0: authorization code, PKCE, state, nonce. */
export class IdentityProviderDoor {
  readonly force: string
  readonly #provider: IdentityProvider
  readonly #clock: Clock
  #known: { readonly configuration: Promise<oidc.Configuration>; readonly until: number } | null =
    null

  constructor(provider: IdentityProvider, clock: Clock) {
    this.force = provider.force
    this.#provider = provider
    this.#clock = clock
  }

  /** Where the browser goes. @throws {Refusal} sign-on-unavailable, sign-on-answer */
  async begin(callback: string, { state, nonce, verifier }: SignOnSecrets): Promise<URL> {
    const configuration = await this.#configuration()
    return oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope: 'openid profile',
      // A desk's computer is shared: nobody goes on as the one before him.
      prompt: 'login',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
  }

  /**
   * Who the provider says it is: the claim that names the officer.
   * @param answer the callback's address with what the browser brought
   * @throws {Refusal} sign-on-unavailable; sign-on-answer: denied, or not signed by this issuer for us, now
   */
  async finish(answer: URL, { state, nonce, verifier }: SignOnSecrets): Promise<string> {
    const configuration = await this.#configuration()
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    }
    const tokens = await oidc
      .authorizationCodeGrant(configuration, answer, checks)
      .catch((error: unknown) => {
        throw refusalOf(error, 'sign-on-answer')
      })
    const said = tokens.claims()?.[this.#provider.claim]
    demand(
      typeof said === 'string' && said !== '' && said.length <= MAX_CLAIM,
      'officer-unknown',
      'the ID token lacks the claim that names an officer',
    )
    return said
  }

  async #configuration(): Promise<oidc.Configuration> {
    const now = this.#clock()
    if (this.#known === null || now > this.#known.until)
      this.#known = { configuration: this.#discover(), until: now + KNOWN_MS }
    try {
      return await this.#known.configuration
    } catch (error) {
      this.#known = null
      throw refusalOf(error, 'sign-on-unavailable')
    }
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#provider
    const found = await oidc.discovery(issuer, clientId, {}, oidc.ClientSecretBasic(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      [oidc.customFetch]: fetchOf(issuer),
      // Only a provider on this very machine: whoever reads the settings has seen to that.
      execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
    })
    const { authorization_endpoint, token_endpoint, jwks_uri } = found.serverMetadata()
    for (const url of [authorization_endpoint, token_endpoint, jwks_uri])
      demandOfIssuer(issuer, url ?? '')
    return found
  }
}

/** Nothing is asked of anybody but the issuer, whatever its documents say. @throws {Refusal} sign-on-answer */
function demandOfIssuer(issuer: URL, url: string): void {
  const isIts = URL.canParse(url) && new URL(url).origin === issuer.origin
  demand(isIts, 'sign-on-answer', 'the provider names an endpoint elsewhere')
}

const fetchOf =
  (issuer: URL): oidc.CustomFetch =>
  async (url, options) => {
    demandOfIssuer(issuer, url)
    const response = await fetch(url, options as RequestInit)
    demand(response.status < 500, 'sign-on-unavailable', 'the provider fails')
    const body = await readBody(response, MAX_ANSWER)
    const { status, headers } = response
    return new Response(body.length === 0 ? null : body, { status, headers })
  }

/** Ours is somewhere below what the library makes of it; without an answer there was no connection. */
function refusalOf(error: unknown, otherwise: RefusalCode): Refusal {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof Refusal)
      return one.code === 'too-large' ? new Refusal(otherwise, one.message) : one
    if (one.name === 'TimeoutError' || one.message === 'fetch failed')
      return new Refusal('sign-on-unavailable', 'the provider does not answer')
  }
  return new Refusal(otherwise, 'the provider’s answer does not verify')
}
