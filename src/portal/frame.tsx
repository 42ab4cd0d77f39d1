import type { Child } from 'hono/jsx'
import type { Assets } from './assets.ts'
import { directionOf, type Language } from './languages.ts'
import { ExitThisPage } from './look/banners.tsx'
import { GenericHeader } from './look/generic-header.tsx'
import { BackLink, SkipLink } from './look/links.tsx'
import { ServiceNavigation, type NavigationItem } from './look/service-navigation.tsx'
import type { Theme } from './theme.ts'

/** Where "exit this page" leads: nothing to do with phones or police. */
export const NEUTRAL = 'https://www.bbc.co.uk/weather'

/** Everything around the content of one page. */
export interface Head {
  /** The page's heading or its question; `Error: ` stands before it by itself where `hasError`. */
  readonly title: string
  readonly hasError?: boolean
  readonly language?: Language
  /** Of the part of the service this page belongs to. */
  readonly service?: { readonly name: string; readonly url: string }
  readonly navigation?: readonly NavigationItem[]
  readonly back?: string
  /** Somebody may look over the reader's shoulder. */
  readonly hasExit?: boolean
  /** Scripts beside the common one, by plain name; the page works without them. */
  readonly scripts?: readonly string[]
  /** Casework wants the whole width. */
  readonly isWide?: boolean
  /** Between header and content: a banner, the languages. */
  readonly before?: Child
  readonly words?: Partial<FrameWords>
}

/** Words of the frame itself, for pages in other languages. */
export interface FrameWords {
  readonly skip: string
  readonly demonstration: string
  readonly back: string
  readonly error: string
  readonly log: string
  readonly check: string
}

export const FRAME_WORDS: FrameWords = {
  skip: 'Skip to main content',
  demonstration: 'Demonstration. Not a police website.',
  back: 'Back',
  error: 'Error',
  log: 'The public log',
  check: 'Check a phone',
}

/** One frame for all pages: what surrounds a page's content, and how it is written out. */
export class Frame {
  readonly #theme: Theme
  readonly #assets: Assets

  constructor(theme: Theme, assets: Assets) {
    this.#theme = theme
    this.#assets = assets
  }

  /** Where a script or another file of ours is, by its plain name. */
  asset(name: string): string {
    return this.#assets.path(name)
  }

  /** What such a file says. */
  textOf(name: string): string {
    return this.#assets.text(name)
  }

  /** The whole page. Without the doctype browsers fall back to the layout rules of the nineties. */
  page(head: Head, content: Child): string {
    return `<!doctype html>${this.fragment(this.document(head, content))}`
  }

  /** A part of a page, for a place that is on the screen already. */
  fragment(content: Child): string {
    const written: { toString(): string } = <>{content}</>
    return written.toString()
  }

  private document(head: Head, content: Child) {
    const language = head.language ?? 'en'
    const words = { ...FRAME_WORDS, ...head.words }
    const title = `${head.hasError ? `${words.error}: ` : ''}${head.title} – ${this.#theme.name}`
    const isRightToLeft = directionOf(language) === 'rtl'
    return (
      <html lang={language} dir={directionOf(language)} class="govuk-template">
        <head>
          <meta charset="utf-8" />
          <title>{title}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
          <meta name="theme-color" content={this.#theme.colour} />
          <link rel="icon" href="data:," />
          <link
            rel="stylesheet"
            href={this.#assets.path(isRightToLeft ? 'app-rtl.css' : 'app.css')}
          />
          <link rel="stylesheet" href="/assets/theme.css" />
          {['page', ...(head.scripts ?? [])].map((name) => (
            <script type="module" src={this.#assets.path(`${name}.js`)}></script>
          ))}
        </head>
        <body class={head.isWide ? 'govuk-template__body app-wide' : 'govuk-template__body'}>
          <SkipLink href="#main-content">{words.skip}</SkipLink>
          <header class="govuk-template__header app-no-print">
            <GenericHeader logo={this.#theme.name} />
            {this.#theme.isDemonstration ? (
              <div class="app-notice">
                <div class="govuk-width-container">{words.demonstration}</div>
              </div>
            ) : null}
            {head.service ? <ServiceNavigation {...head.service} items={head.navigation} /> : null}
          </header>
          <div class="govuk-width-container">
            {head.hasExit ? <ExitThisPage redirectUrl={NEUTRAL} /> : null}
            {head.before}
            {head.back === undefined ? null : (
              <nav aria-label={words.back} class="app-no-print">
                <BackLink href={head.back}>{words.back}</BackLink>
              </nav>
            )}
            <main class="govuk-main-wrapper" id="main-content">
              {content}
            </main>
          </div>
          <footer class="govuk-template__footer app-footer app-no-print">
            <div class="govuk-width-container">
              <a class="govuk-link" href="/check">
                {words.check}
              </a>
              {' · '}
              <a class="govuk-link" href="/log/checkpoint">
                {words.log}
              </a>
            </div>
          </footer>
        </body>
      </html>
    )
  }
}
