import encodeQR from 'qr'
import type { Glass } from './glass.ts'
import { LANGUAGES, isRightToLeft, type Language } from './words.ts'

const CSS = `
:root { color-scheme: light dark; --ink: #0b0c0c; --paper: #fff; --alarm: #aa2a16; --calm: #1d3557 }
@media (prefers-color-scheme: dark) { :root { --ink: #f5f5f5; --paper: #111; --alarm: #ff9c8a; --calm: #9cc4ff } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 30rem; padding: 1rem; font: 1.125rem/1.5 system-ui, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.6rem; line-height: 1.25; color: var(--alarm) }
.message { font-size: 1.25rem; border-inline-start: .4rem solid var(--calm); padding-inline-start: .75rem }
.code { background: #fff; margin: 1rem 0; padding: 1rem; width: 100%; max-width: 16rem }
.code svg { display: block; width: 100%; height: auto }
.emergency a { display: inline-block; min-width: 4.5rem; min-height: 2.75rem; padding: .5rem .75rem; margin: .25rem; text-align: center; font-weight: 700; color: #fff; background: #00612e }
.tel { unicode-bidi: isolate; direction: ltr }
a { color: var(--calm) }
a:focus-visible { outline: 4px solid #ffdd00; outline-offset: 2px; box-shadow: 0 0 0 6px #0b0c0c }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem }
nav a { display: inline-block; padding: .25rem 0; min-height: 1.5rem }
`
/** Each language by its own name, for whoever reads no other. */
const NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  es: 'Español',
  'pt-BR': 'Português',
  fr: 'Français',
  ar: 'العربية',
  'zh-Hans': '简体中文',
  ja: '日本語',
}

/** The glass as one page without scripts. @param code for scanning; null: the secure store is dead */
export function glassPage(glass: Glass, language: Language, code: string | null): string {
  const { title, message, lines, contact, scan, emergency } = glass
  const direction = isRightToLeft(language) ? 'rtl' : 'ltr'
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title><style>${CSS}</style></head>
<body>
<main>
<h1>${text(title)}</h1>
${message === null ? '' : `<p class="message">${text(message)}</p>`}
${contact === null ? '' : contactLine(contact)}
${lines.map((line) => `<p>${text(line)}</p>`).join('\n')}
${code === null ? '' : `<figure class="code" role="img" aria-label="${text(scan)}">${picture(code)}</figure><p>${text(scan)}</p>`}
<section class="emergency" aria-labelledby="emergency"><h2 id="emergency">${text(emergency.label)}</h2>
${emergency.numbers.map((number) => `<a href="tel:${number}">${number}</a>`).join('')}</section>
</main>
<nav aria-label="Language"><ul>${LANGUAGES.map((tag) => languageLink(tag, language)).join('')}</ul></nav>
</body></html>`
}

function contactLine({ label, tel, url }: NonNullable<Glass['contact']>): string {
  const site = url === null ? '' : ` <a href="${text(url)}" class="tel">${text(url)}</a>`
  return `<p><strong>${text(label)}</strong> <a class="tel" href="tel:${text(tel)}">${text(tel)}</a>${site}</p>`
}

function languageLink(tag: Language, current: Language): string {
  const here = tag === current ? ' aria-current="true"' : ''
  return `<li><a lang="${tag}" hreflang="${tag}" href="?lang=${tag}"${here}>${NAMES[tag]}</a></li>`
}

/** A QR code (ISO/IEC 18004) of error correction level M: a cracked glass still scans. */
const picture = (code: string): string => encodeQR(code, 'svg', { ecc: 'medium', border: 2 })

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
