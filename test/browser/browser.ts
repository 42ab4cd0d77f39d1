import { createPrivateKey } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Config } from '../../src/cli/config.ts'
import { Constellation } from '../../src/cli/constellation.ts'
import { temporaryConfig, type Temporary } from '../../src/cli/temporary.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** Pictures of what the tests saw; those the README shows are copied from here. */
const PICTURES = fileURLToPath(new URL('../../dist/pictures/', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Against what hangs: a busy machine may take its time. */
const PATIENCE_MS = 120_000

export const NARROW = { width: 360, height: 780 }
export const WIDE = { width: 1300, height: 900 }

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

/** Real processes, and a real browser in front of them. */
export class Site implements AsyncDisposable {
  readonly #temporary: Temporary
  readonly world: Constellation
  readonly #browser: Browser

  private constructor(temporary: Temporary, world: Constellation, browser: Browser) {
    this.#temporary = temporary
    this.world = world
    this.#browser = browser
  }

  /**
   * @param hasLab with phones of the lab's own, made while others look on
   * @param settings what is set otherwise than in a demonstration
   */
  static async start(
    phones: number,
    hasLab = false,
    settings: (config: Config) => Promise<Partial<Config>> = () => Promise.resolve({}),
  ): Promise<Site> {
    const temporary = await temporaryConfig('silent')
    const { config } = temporary
    const world = new Constellation({ ...config, ...(await settings(config)) })
    await world.start({ phones, switchedOn: phones, hasLab })
    return new Site(temporary, world, await openBrowser())
  }

  /** Passkeys need a name; an address will not do. */
  get url(): string {
    return `http://localhost:${this.#temporary.config.registryPort}`
  }

  /** Somebody with a browser of his own. */
  async visitor(
    options: { viewport?: typeof NARROW; locale?: string; hasScripts?: boolean } = {},
  ): Promise<Visitor> {
    const { hasScripts = true, ...rest } = options
    const context = await this.#browser.newContext({ baseURL: this.url, viewport: WIDE, ...rest })
    // Not by switching scripts off: then nothing could look at the page either.
    if (!hasScripts)
      await context.route('**/*.js', (route) =>
        route.fulfill({ contentType: 'text/javascript', body: '' }),
      )
    return Visitor.open(context)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.world.close()
    await this.#temporary.remove()
  }
}

/** A page in both widths, and a picture of each. */
export async function expectGoodInBoth(visitor: Visitor, name: string): Promise<void> {
  const own = visitor.page.viewportSize() ?? WIDE
  for (const [width, size] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    await visitor.page.setViewportSize(size)
    // From its top: what floats over a page that was scrolled may cover a part of a link.
    await visitor.page.evaluate('scrollTo(0, 0)')
    await visitor.expectAccessible()
    await visitor.picture(`${name}-${width}`)
  }
  await visitor.page.setViewportSize(own)
}

/** Chromium wants RS256 offered beside ES256, which the law does not know. */
export function forgiveAlgorithms({ complaints }: Visitor): void {
  const others = complaints.filter((text) => !text.includes('pubKeyCredParams'))
  complaints.splice(0, complaints.length, ...others)
}

/** One person's browser: what it showed, asked for and complained about. */
export class Visitor implements AsyncDisposable {
  readonly #context: BrowserContext
  readonly page: Page
  /** Errors a page made, a broken policy among them. */
  readonly complaints: string[] = []
  /** Hosts other than ours that were asked for anything. */
  readonly strangers: string[] = []

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context
    this.page = page
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (protocol.startsWith('http') && hostname !== 'localhost') this.strangers.push(hostname)
    })
  }

  static async open(context: BrowserContext): Promise<Visitor> {
    return new Visitor(context, await context.newPage())
  }

  /** An authenticator in this browser, which holds these keys (PEM) as passkeys, or none yet. */
  async addPasskeys(
    held: readonly {
      readonly pem: string
      readonly credential: string
      readonly user: string
      /** Signatures it made in other browsers. */
      readonly signCount?: number
    }[] = [],
  ) {
    const session = await this.#context.newCDPSession(this.page)
    await session.send('WebAuthn.enable')
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    for (const { pem, credential, user, signCount = 0 } of held)
      await session.send('WebAuthn.addCredential', {
        authenticatorId,
        credential: {
          credentialId: Buffer.from(credential, 'base64url').toString('base64'),
          isResidentCredential: true,
          rpId: 'localhost',
          privateKey: createPrivateKey(pem)
            .export({ format: 'der', type: 'pkcs8' })
            .toString('base64'),
          userHandle: Buffer.from(user).toString('base64'),
          signCount,
        },
      })
    return session
  }

  /** Nothing an automatic check finds against WCAG 2.2 AA, and no word of complaint from the browser. */
  async expectAccessible(): Promise<void> {
    // Its text may be there before its style sheet is.
    await this.page.waitForLoadState('load')
    await this.page.evaluate(AXE)
    const found = await this.page.evaluate(
      `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ target }) => target.join(' ')) })))`,
    )
    expect(found).toEqual([])
    expect(this.complaints).toEqual([])
    expect(this.strangers).toEqual([])
    const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await this.page.evaluate(wider)).toBe(0)
  }

  /** Keeps the page under this name. @param part of it from its top: all of it, where none is given */
  async picture(name: string, part?: { width: number; height: number }): Promise<void> {
    mkdirSync(PICTURES, { recursive: true })
    const clip = part && { clip: { x: 0, y: 0, ...part } }
    await this.page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true, ...clip })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
  }
}
