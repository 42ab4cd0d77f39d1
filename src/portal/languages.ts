/** Languages of the public check, the notice on a phone, and whatever stands on them: BCP 47 tag to own name. */
export const LANGUAGES = {
  en: 'English',
  es: 'Español',
  'pt-BR': 'Português (Brasil)',
  fr: 'Français',
  ar: 'العربية',
  'zh-Hans': '简体中文',
  ja: '日本語',
} as const

export type Language = keyof typeof LANGUAGES

export const directionOf = (language: Language): 'ltr' | 'rtl' =>
  language === 'ar' ? 'rtl' : 'ltr'

const primary = (tag: string) => tag.toLowerCase().split('-', 1)[0]!
const KNOWN = Object.keys(LANGUAGES) as readonly Language[]

/** The language somebody chose, if it is one of ours. */
export const chosenLanguage = (tag: string | undefined): Language | null =>
  KNOWN.find((known) => known === tag) ?? null

/** The first of a browser's languages that we speak (RFC 9110 §12.5.4, in the order they are listed); else English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const tag of (acceptLanguage ?? '').slice(0, 200).split(',')) {
    const wanted = tag.split(';', 1)[0]!.trim()
    const found = KNOWN.find((known) => primary(known) === primary(wanted))
    if (found) return found
  }
  return 'en'
}
