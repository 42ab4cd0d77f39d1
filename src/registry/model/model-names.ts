import type { Tac } from '../../core/index.ts'
import { readTacFile } from '../../host/index.ts'
import type { TacRow } from '../../wire/index.ts'

/**
 * What models are called, by TAC, from the GSMA's list. Names are compared by words: makers, shops and the
 * list write one model differently, and another model shares hardly a word with it.
 */
export class ModelNames {
  /** For each TAC its maker's words, then those of each name. */
  readonly #known = new Map<Tac, readonly string[]>()
  /** As the list writes it. */
  readonly #names = new Map<Tac, string>()

  /** @throws {Refusal} not-found; list-columns, list-leading-zeros, list-conflict, malformed, too-large */
  static async read(path: string): Promise<ModelNames> {
    const names = new ModelNames()
    await readTacFile(path, (row) => names.add(row))
    return names
  }

  add({ tac, manufacturer, brand, names }: TacRow): void {
    const of = (text: string) => wordsOf(text).join(' ')
    const known = new Set(names.map(of).filter((name) => name !== '')) // a dash is no name
    this.#known.set(tac, [of(`${manufacturer} ${brand}`), ...known])
    const name = names.find((each) => of(each) !== '')
    if (name !== undefined) this.#names.set(tac, `${brand} ${name}`.trim())
  }

  /** What to call a phone of this TAC; null where the list does not say. */
  nameOf(tac: Tac): string | null {
    return this.#names.get(tac) ?? null
  }

  /** Whether a phone of this TAC may call itself so. True where the list does not say what it is. */
  fits(tac: Tac, model: string): boolean {
    const [maker, ...names] = this.#known.get(tac) ?? ['']
    const said = wordsOf(model)
    if (names.length === 0 || said.length === 0) return true
    return names.some((name) => {
      const words = name.split(' ')
      const full = [...maker!.split(' '), ...words]
      return words.every((word) => said.includes(word)) || said.every((word) => full.includes(word))
    })
  }
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
