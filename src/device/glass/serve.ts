import type { ServerResponse } from 'node:http'
import type { Phone } from '../phone.ts'
import { glassOf } from './glass.ts'
import { glassPage } from './page.ts'
import { languageOf } from './words.ts'

/** The path and what of it says the language. */
const PATH = /^\/glass(?:\?lang=([A-Za-z-]{2,16}))?$/

/**
 * Shows a phone's glass to a browser: what somebody holding it would read. @returns whether that was asked for
 * @param accepts the browser's Accept-Language (RFC 9110 §12.5.4); its first language counts, after what
 * its reader picked and what its owner did
 */
export async function serveGlass(
  phone: Phone,
  url: string,
  accepts: string | undefined,
  response: ServerResponse,
): Promise<boolean> {
  const [asked, chosen] = PATH.exec(url) ?? []
  if (asked === undefined) return false
  const [, first = 'en'] = /^([A-Za-z-]{2,16})/.exec(accepts ?? '') ?? []
  const screen = phone.screen()
  const owners = screen !== null && 'language' in screen ? screen.language : null
  const language = languageOf(chosen ?? owners ?? first)
  const glass = screen && glassOf(screen, language)
  const page = glass && glassPage(glass, language, await phone.deviceCode())
  response.writeHead(200, {
    'content-type': page === null ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  })
  response.end(page ?? (screen ? 'The phone is open.\n' : 'The phone is switched off.\n'))
  return true
}
