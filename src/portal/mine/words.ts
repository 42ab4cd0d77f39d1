import type { Language } from '../languages.ts'
import { ar } from './words/ar.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { ja } from './words/ja.ts'
import { ptBr } from './words/pt-br.ts'
import { zhHans } from './words/zh-hans.ts'

/** Everything "This is my phone" says, in one language; what surrounds it says the public check. */
export interface MineWords {
  readonly title: string
  /** By how somebody came to the phone. */
  readonly reported: { readonly title: string; readonly signIn: string; readonly follow: string }
  /** The appeal is a link's text. */
  readonly bought: { readonly title: string; readonly text: string; readonly appeal: string }
  readonly handedOver: { readonly title: string; readonly text: string }
  readonly card: { readonly label: string; readonly hint: string }
  readonly side: { readonly label: string; readonly hint: string }
  readonly button: string
  readonly inset: string
  readonly mistakes: {
    readonly card: string
    readonly side: string
    readonly long: string
    /** Of a code that is wrong, of one nobody disputes, and of one that has answered: all the same. */
    readonly nobody: string
  }
  readonly said: {
    readonly title: string
    readonly text: string
    readonly reference: string
    readonly keep: string
  }
}

/** A language without a catalogue, or a catalogue without a sentence, does not compile. */
export const MINE_WORDS: Readonly<Record<Language, MineWords>> = {
  en,
  es,
  'pt-BR': ptBr,
  fr,
  ar,
  'zh-Hans': zhHans,
  ja,
}
