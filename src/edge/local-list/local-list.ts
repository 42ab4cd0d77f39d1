import type { Imei14 } from '../../core/index.ts'

export const LOCAL_WORDS = ['white', 'grey', 'black'] as const
export type LocalWord = (typeof LOCAL_WORDS)[number]

/** One line of the operator's list: a number, a span of numbers, or a whole model. */
export type LocalRow =
  | { readonly kind: 'imei'; readonly imei: Imei14; readonly word: LocalWord }
  | { readonly kind: 'range'; readonly from: Imei14; readonly to: Imei14; readonly word: LocalWord }
  | { readonly kind: 'tac'; readonly tac: string; readonly word: LocalWord }

const TAC_DIGITS = 8

/**
 * What an operator blocks or lets through on its own account, apart from the log: its regulator's list,
 * its fraud list. Never a sighting, never an order, and never lighter than the log. The narrowest row
 * decides: number, then range, then model.
 */
export class LocalList {
  readonly #imeis = new Map<string, LocalWord>()
  readonly #tacs = new Map<string, LocalWord>()
  /** By first number, apart from each other. */
  readonly #ranges: readonly Extract<LocalRow, { kind: 'range' }>[]

  /** @param rows as `readLocalList` gives them: no two of a kind overlap */
  constructor(rows: readonly LocalRow[] = []) {
    for (const row of rows) {
      if (row.kind === 'imei') this.#imeis.set(row.imei, row.word)
      if (row.kind === 'tac') this.#tacs.set(row.tac, row.word)
    }
    this.#ranges = rows
      .filter((row) => row.kind === 'range')
      .toSorted((a, b) => (a.from < b.from ? -1 : 1))
  }

  /** Rows. */
  get size(): number {
    return this.#imeis.size + this.#tacs.size + this.#ranges.length
  }

  wordOf(imei: Imei14): LocalWord | undefined {
    if (this.size === 0) return undefined
    return this.#imeis.get(imei) ?? this.inRange(imei) ?? this.#tacs.get(imei.slice(0, TAC_DIGITS))
  }

  private inRange(imei: Imei14): LocalWord | undefined {
    // The last range that begins at or before the number: digits of one length compare as text.
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ranges[middle]!.from <= imei) low = middle + 1
      else high = middle
    }
    const range = this.#ranges[low - 1]
    return range && imei <= range.to ? range.word : undefined
  }
}
