import { FigureBook, Ledger, Refusal, type Figures } from '../../core/index.ts'
import { TILE_WIDTH, changedBundles, decodeBundle } from '../../log/index.ts'
import type { Context } from '../context.ts'

/**
 * The figures of the log as an audit counts them (docs/spec/figures.md), kept up with it entry by entry. Signatures are
 * not verified again: each was before its entry was logged.
 */
export class LogFigures {
  readonly #context: Context
  readonly #ledger: Ledger
  readonly #book = new FigureBook()
  #reading: Promise<void> = Promise.resolve()

  constructor(context: Context) {
    this.#context = context
    const { trust, keys } = context
    this.#ledger = new Ledger(trust.root, () => true, keys.log.key.name)
  }

  /** Of everything published so far, and of how many entries. */
  async now(): Promise<{ readonly figures: Figures; readonly size: number }> {
    // One reader at a time; what failed is tried again from where it stopped.
    const reading = this.#reading.catch(() => undefined).then(() => this.read())
    this.#reading = reading
    await reading
    return { figures: this.#book.figures(this.#ledger), size: this.#ledger.size }
  }

  private async read(): Promise<void> {
    const { sequencer, store } = this.#context
    const size = sequencer.published.newest?.checkpoint.size ?? 0
    for (const bundle of changedBundles(this.#ledger.size, size)) {
      const first = bundle.index * TILE_WIDTH
      const entries = decodeBundle(await store.readTile(bundle), bundle.width)
      for (const [i, entry] of entries.entries())
        if (first + i === this.#ledger.size) this.take(entry)
    }
  }

  private take(entry: Uint8Array): void {
    const index = this.#ledger.size
    try {
      this.#book.add(this.#ledger.apply(index, entry))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#ledger.pass(index)
    }
  }
}
