import type { Child } from 'hono/jsx'
import { streamSSE } from 'hono/streaming'
import { demand } from '../core/index.ts'
import { toProblem, type Context } from '../registry/index.ts'
import type { Frame } from './frame.tsx'
import type { PageContext } from './session.ts'

const HEARTBEAT_MS = 5_000

/** Parts of a page by the id of the place where each stands. */
export type LiveParts = Readonly<Record<string, Child>>

/** People who watch a page change, at most so many at once; the page works for everybody else too. */
export class Watchers {
  readonly #context: Context
  readonly #frame: Frame
  readonly #most: number
  readonly #lookMs: number
  #count = 0

  /** @param of.lookMs between two looks of somebody who watches */
  constructor(
    context: Context,
    frame: Frame,
    of: { readonly most: number; readonly lookMs: number },
  ) {
    this.#context = context
    this.#frame = frame
    this.#most = of.most
    this.#lookMs = of.lookMs
  }

  /**
   * Server-sent events: a JSON object of what changed, HTML by id. `over` is the last one, where `look` has no more
   * to show (null) or refuses: its reader asks for the page again, or does not. @throws {Refusal} unavailable
   */
  watch(c: PageContext, look: () => Promise<LiveParts | null>): Response {
    demand(this.#count < this.#most, 'unavailable', 'enough people watch')
    this.#count++
    return streamSSE(c, async (stream) => {
      const shown = new Map<string, string>()
      let heardAt = 0
      try {
        while (!stream.aborted && !stream.closed) {
          const parts = await this.look(look)
          if (parts === null) {
            await stream.writeSSE({ event: 'over', data: '' })
            return
          }
          const changed = Object.entries(parts)
            .map(([id, part]) => [id, this.#frame.fragment(part)] as const)
            .filter(([id, html]) => shown.get(id) !== html)
          const now = performance.now()
          for (const [id, html] of changed) shown.set(id, html)
          if (changed.length > 0)
            await stream.writeSSE({ data: JSON.stringify(Object.fromEntries(changed)) })
          else if (now - heardAt >= HEARTBEAT_MS) await stream.write(':\n\n')
          else {
            await stream.sleep(this.#lookMs)
            continue
          }
          heardAt = now
        }
      } finally {
        this.#count--
      }
    })
  }

  private async look(look: () => Promise<LiveParts | null>): Promise<LiveParts | null> {
    try {
      return await look()
    } catch (error) {
      toProblem(error, this.#context.logger)
      return null
    }
  }
}
