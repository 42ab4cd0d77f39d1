import { GATE_LANGUAGES, type GateLanguage, type Message } from '../../core/index.ts'
import type { ScreenKind } from '../gate.ts'
import { ar } from './words/ar.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { ja } from './words/ja.ts'
import { ptBr } from './words/pt-br.ts'
import { zhHans } from './words/zh-hans.ts'

/** All that a phone says while it does not open, in one language. */
export interface Words {
  readonly title: Readonly<Record<Exclude<ScreenKind, 'home'>, string>>
  /** Owner's words to whoever holds the phone. */
  readonly message: Readonly<Record<Message, string>>
  /** Whose order it is and where anybody finds it. */
  readonly orderedBy: (authority: string, index: number) => string
  readonly until: (time: string) => string
  /** What whoever found it should do. */
  readonly found: string
  /** Of the owner's report: what to tell police, that says nothing to anybody else. */
  readonly reference: (reference: string) => string
  readonly police: string
  readonly scan: string
  readonly appeal: string
  readonly asksNothing: string
  readonly activation: string
  /** Of a part that was refused: it is not paired here, or another phone’s. */
  readonly partRefused: string
  /** Of a part of a stolen phone: whose order, and that it is fetched. */
  readonly partStolen: (authority: string | null) => string
  readonly emergency: string
}

/** By BCP 47 tag. */
export const WORDS = {
  en,
  es,
  'pt-BR': ptBr,
  fr,
  ar,
  'zh-Hans': zhHans,
  ja,
} as const satisfies Readonly<Record<GateLanguage, Words>>

export type Language = GateLanguage

export const LANGUAGES: readonly Language[] = GATE_LANGUAGES

/** Written from right to left. */
export const isRightToLeft = (language: Language): boolean => language === 'ar'

/** The best we have for a tag such as `pt-PT` or `zh-CN`; English for what we do not speak. */
export function languageOf(tag: string): Language {
  const wanted = tag.toLowerCase()
  const same = LANGUAGES.find((language) => language.toLowerCase() === wanted)
  const near = LANGUAGES.find((language) => primary(language) === primary(wanted))
  return same ?? near ?? 'en'
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-', 1)[0]!
}
