import type { State } from '../../core/index.ts'
import type { FrameWords } from '../frame.tsx'
import type { Language } from '../languages.ts'
import { ar } from './words/ar.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { ja } from './words/ja.ts'
import { ptBr } from './words/pt-br.ts'
import { zhHans } from './words/zh-hans.ts'

/** What may be wrong with what was typed. */
export type Mistake = 'empty' | 'length' | 'digits' | 'checkDigit' | 'serial'

/** Everything the public check says, in one language. */
export interface CheckWords {
  readonly title: string
  readonly languages: string
  readonly label: string
  readonly hint: string
  readonly button: string
  readonly scan: {
    readonly label: string
    readonly hint: string
    readonly working: string
    readonly found: string
    readonly nothing: string
  }
  readonly mistakeTitle: string
  readonly mistakes: Readonly<Record<Mistake, string>>
  readonly answer: string
  readonly number: string
  /** A sentence of the state, and what somebody who wants to buy in good faith, or has bought, does now. */
  readonly states: Readonly<
    Record<State, { readonly sentence: string; readonly now: readonly string[] }>
  >
  readonly nowTitle: string
  readonly ready: { readonly label: string; readonly yes: string; readonly no: string }
  readonly asOf: (time: string, entry: string) => string
  readonly seeLog: string
  readonly mine: string
  readonly print: {
    readonly button: string
    readonly title: string
    readonly code: string
    readonly verify: string
    readonly hint: string
  }
  readonly verify: {
    readonly title: string
    readonly real: (registry: string) => string
    readonly since: string
    readonly fake: string
    readonly label: string
    readonly button: string
    readonly same: string
    readonly other: string
  }
  readonly limited: { readonly title: string; readonly text: (seconds: string) => string }
  readonly frame: FrameWords
}

/** A language without a catalogue, or a catalogue without a sentence, does not compile. */
export const CHECK_WORDS: Readonly<Record<Language, CheckWords>> = {
  en,
  es,
  'pt-BR': ptBr,
  fr,
  ar,
  'zh-Hans': zhHans,
  ja,
}
