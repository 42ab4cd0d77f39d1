import { createPortal } from '../src/portal/index.ts'
import type { Registry } from '../src/registry/index.ts'

/** What a browser without scripts gets. */
export interface Shown {
  readonly status: number
  readonly html: string
  /** Without tags, white space single. */
  readonly text: string
  readonly headers: Headers
  /** Where it leads, if anywhere. */
  readonly to: string | null
}

/** A browser without scripts in front of a world's pages: it keeps cookies, and follows nothing by itself. */
export class Pages {
  readonly #portal: ReturnType<typeof createPortal>
  readonly #cookies = new Map<string, string>()
  readonly #address: string

  constructor({ context, hub }: Registry, address = '192.0.2.1') {
    this.#portal = createPortal(context, hub, { edgePort: 1, phones: () => [] })
    this.#address = address
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  /** As after signing in. */
  useSession(token: string): this {
    return this.useCookie('__Host-session', token)
  }

  /** As if it had been kept. */
  useCookie(name: string, value: string): this {
    this.#cookies.set(name, value)
    return this
  }

  get(path: string): Promise<Shown> {
    return this.send(path, {})
  }

  /** Sends a form, with the hidden fields of the page it stands on where that is given. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    page?: Shown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Shown> {
    const body = new URLSearchParams({ ...(page && hiddenFields(page.html)), ...fields })
    return this.send(path, { method: 'POST', body, headers })
  }

  private async send(path: string, init: RequestInit): Promise<Shown> {
    const headers = new Headers(init.headers)
    if (this.#cookies.size > 0)
      headers.set(
        'cookie',
        [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      )
    const env = { incoming: { socket: { remoteAddress: this.#address } } }
    const answer = await this.#portal.request(`http://localhost${path}`, { ...init, headers }, env)
    for (const cookie of answer.headers.getSetCookie()) this.keep(cookie)
    const html = await answer.text()
    const text = html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    const { status } = answer
    return { status, html, text, headers: answer.headers, to: answer.headers.get('location') }
  }

  private keep(cookie: string): void {
    const [pair = '', ...rest] = cookie.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (value === '' || rest.includes('Max-Age=0')) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

/** Of the page's forms, all taken together. */
export function hiddenFields(html: string): Record<string, string> {
  const hidden = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...hidden].map(([, name, value]) => [name!, plain(value!)]))
}

const plain = (value: string) =>
  [
    ['&quot;', '"'],
    ['&#39;', "'"],
    ['&lt;', '<'],
    ['&gt;', '>'],
    ['&amp;', '&'],
  ].reduce((text, [escaped = '', said = '']) => text.replaceAll(escaped, said), value)
