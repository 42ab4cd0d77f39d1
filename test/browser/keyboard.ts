import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** More stops than any page has. */
const MOST_STOPS = 120
/** What a screen reader would call the element that has the focus, near enough. */
const NAME = `(() => {
  const at = document.activeElement
  const label = at?.labels?.[0] ?? document.getElementById(at?.getAttribute('aria-labelledby') ?? '')
  return (label ?? at)?.textContent?.trim().replace(/\\s+/g, ' ') ?? ''
})()`
/** Whether somebody who looks sees where the focus is. */
const SEEN = `(() => {
  const at = document.activeElement
  const { outlineStyle, boxShadow } = getComputedStyle(at)
  const label = at.labels?.[0] && getComputedStyle(at.labels[0], '::before').boxShadow
  return outlineStyle !== 'none' || boxShadow !== 'none' || (label ?? 'none') !== 'none'
})()`

/** Somebody without a mouse: everything is reached by Tab, and is seen to be reached. */
export class Keyboard {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  focused(): Promise<string> {
    return this.#page.evaluate(NAME)
  }

  async type(label: string, text: string): Promise<void> {
    await this.reach(label)
    await this.#page.keyboard.type(text)
  }

  /** A radio button of a group, or a checkbox. */
  async choose(label: string): Promise<void> {
    await this.reach(label)
    await this.#page.keyboard.press('Space')
  }

  /** A button or a link, which leads to another page. */
  async press(name: string | RegExp): Promise<void> {
    await this.reach(name)
    const moved = this.#page.waitForEvent('framenavigated')
    await this.#page.keyboard.press('Enter')
    await moved
    await this.#page.waitForLoadState('load')
  }

  private async reach(name: string | RegExp): Promise<void> {
    const isIt = (at: string) => (typeof name === 'string' ? at === name : name.test(at))
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await this.#page.keyboard.press('Tab')
      const at = await this.focused()
      if (!isIt(at)) continue
      expect(await this.#page.evaluate(SEEN), `focus on ${at}`).toBe(true)
      return
    }
    throw new Error(`Tab never reaches ${String(name)}`)
  }
}
