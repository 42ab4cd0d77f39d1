import type { Imei14 } from '../../core/index.ts'

export const LOCAL_WORDS = ['white', 'grey', 'black'] as const
export type LocalWord = (typeof LOCAL_WORDS)[number]

/** One line of the operator's list: a number, a span of numbers, or a whole model. */
export type LocalRow =
  | { readonly kind: 'imei'; readonly imei: Imei14; readonly word: LocalWord }
  | { readonly kind: 'range'; readonly from: Imei14; readonly to: Imei14; readonly word: LocalWord }
  | { readonly kind: 'tac'; readonly tac: string; readonly word: LocalWord }

type Range = Extract<LocalRow, { kind: 'range' }>

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
  readonly #ranges: Range[] = []

  /** @param rows as `readLocalList` gives them: no two of a kind overlap */
  constructor(rows: readonly LocalRow[] = []) {
    for (const row of rows) this.add(row)
  }

  /** Rows. */
  get size(): number {
    return this.#imeis.size + this.#tacs.size + this.#ranges.length
  }

  /** False, and nothing is added: there is a row about the same, or a range about some of it. */
  add(row: LocalRow): boolean {
    if (row.kind === 'imei') return addTo(this.#imeis, row.imei, row.word)
    if (row.kind === 'tac') return addTo(this.#tacs, row.tac, row.word)
    const place = this.placeAfter(row.from)
    const before = this.#ranges[place - 1]
    const next = this.#ranges[place]
    if ((before && row.from <= before.to) || (next && next.from <= row.to)) return false
    this.#ranges.splice(place, 0, row) // at the end, where they come sorted
    return true
  }

  /** Whether one of its rows says just that. */
  has(row: LocalRow): boolean {
    if (row.kind === 'imei') return this.#imeis.get(row.imei) === row.word
    if (row.kind === 'tac') return this.#tacs.get(row.tac) === row.word
    const range = this.#ranges[this.placeAfter(row.from) - 1]
    return range?.from === row.from && range.to === row.to && range.word === row.word
  }

  wordOf(imei: Imei14): LocalWord | undefined {
    if (this.size === 0) return undefined
    return this.#imeis.get(imei) ?? this.inRange(imei) ?? this.#tacs.get(imei.slice(0, TAC_DIGITS))
  }

  private inRange(imei: Imei14): LocalWord | undefined {
    const range = this.#ranges[this.placeAfter(imei) - 1]
    return range && imei <= range.to ? range.word : undefined
  }

  /** Behind the last range that begins at or before the number: digits of one length compare as text. */
  private placeAfter(imei: Imei14): number {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ranges[middle]!.from <= imei) low = middle + 1
      else high = middle
    }
    return low
  }
}

function addTo(words: Map<string, LocalWord>, key: string, word: LocalWord): boolean {
  if (words.has(key)) return false
  words.set(key, word)
  return true
}
