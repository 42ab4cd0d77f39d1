import { demand } from '../../core/index.ts'
import { checkQuorum, logKeys, openCheckpoint } from '../../log/index.ts'
import { BlacklistPage, ExceptionsPage, type Trust } from '../../wire/index.ts'
import type { z } from 'zod'
import type { OfficerDesk } from '../clients/officer.ts'

/** The state of a log that a list rests on. */
export interface LogState {
  /** Origin. */
  readonly log: string
  readonly treeSize: number
  readonly guardedSize: number
  /** Cosigned, Unix seconds. */
  readonly time: number
}

/** One refused number: since when, YYYYMMDD, and why. */
export interface Refused {
  readonly blockDate: string
  readonly reasons: readonly string[]
}

interface Page {
  readonly next: string | null
}

/** All pages of a list, one after the other. */
async function* pagesOf<T extends Page>(
  desk: OfficerDesk,
  path: string,
  schema: z.ZodType<T>,
): AsyncGenerator<T> {
  let cursor: string | null = null
  do {
    const page: T = await desk.get(cursor === null ? path : `${path}?cursor=${cursor}`, schema)
    yield page
    cursor = page.next
  } while (cursor !== null)
}

export const blacklistPages = (desk: OfficerDesk) => pagesOf(desk, '/v1/blacklist', BlacklistPage)

/**
 * Every refused number, and what that rests on. A number that was locked bare and enrolled afterwards
 * stands for two things; a list names it once, since the earlier day and for both reasons.
 * @throws {Refusal} witness-quorum, log-unknown, log-signature, not-consistent; what the registry refuses
 */
export async function gatherBlacklist(
  desk: OfficerDesk,
  trust: Trust,
): Promise<{ readonly at: LogState; readonly numbers: ReadonlyMap<string, Refused> }> {
  const numbers = new Map<string, Refused>()
  let at: LogState | null = null
  for await (const page of blacklistPages(desk)) {
    at ??= stateOf(page, trust)
    demand(page.treeSize === at.treeSize, 'not-consistent', 'a page rests on another tree')
    for (const { imei14, blockDate, reasons } of page.items) {
      const other = numbers.get(imei14)
      const since = other && other.blockDate < blockDate ? other.blockDate : blockDate
      const why = [...new Set([...(other?.reasons ?? []), ...reasons])].toSorted()
      numbers.set(imei14, { blockDate: since, reasons: why })
    }
  }
  return { at: at!, numbers }
}

/** The honest pairs: for each number the subscribers who may use it. @throws as `gatherBlacklist` */
export async function gatherExceptions(
  desk: OfficerDesk,
  trust: Trust,
): Promise<{ readonly at: LogState; readonly pairs: ReadonlyMap<string, ReadonlySet<string>> }> {
  const pairs = new Map<string, Set<string>>()
  let at: LogState | null = null
  for await (const page of pagesOf(desk, '/v1/exceptions', ExceptionsPage)) {
    at ??= stateOf(page, trust)
    demand(page.treeSize === at.treeSize, 'not-consistent', 'a page rests on another tree')
    for (const { imei14, imsi } of page.items)
      pairs.set(imei14, new Set([...(pairs.get(imei14) ?? []), imsi]))
  }
  return { at: at!, pairs }
}

type RestsOn = Pick<BlacklistPage, 'checkpoint' | 'treeSize' | 'guardedSize'>

/** Proved by the log's witnesses; the lines themselves are the registry's word. */
function stateOf({ checkpoint, treeSize, guardedSize }: RestsOn, trust: Trust): LogState {
  const { plain, verify } = trust
  demand(checkpoint !== null, 'witness-quorum', 'the log has no checkpoint yet')
  const opened = openCheckpoint(checkpoint, logKeys(plain), verify.ed25519)
  const { timeSeconds } = checkQuorum(opened, plain, verify.ed25519)
  demand(opened.size === treeSize, 'not-consistent', 'the list rests on another tree than shown')
  return { log: opened.origin, treeSize, guardedSize, time: timeSeconds ?? 0 }
}
