import { Refusal } from '../core/index.ts'
import { EXIT, print } from './out.ts'
import { progressBar, type Progress } from './progress.ts'

/** A log being read from its first leaf on. */
export class LeafBar {
  #bar: Progress | null = null
  #shown = 0

  show(leaves: number, size: number): void {
    this.#bar ??= progressBar('entries', size)
    this.#bar.advance(leaves - this.#shown)
    this.#shown = leaves
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = null
  }
}

/** The verdict on a log that is not whole; a log that could not be read has none, and is thrown on. */
export function sayNotWhole(error: unknown, json: boolean): void {
  if (!(error instanceof Refusal) || error.code === 'unavailable' || error.code === 'timeout')
    throw error
  const found = { ok: false, code: error.code, detail: error.message, ...error.facts }
  print(json, found, `not whole: ${error.code}: ${error.message}`)
  process.exitCode = EXIT.failed
}
