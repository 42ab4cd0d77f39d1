import { LIST_FORMATS, listLine, type Trust } from '../../wire/index.ts'
import type { OfficerDesk } from '../clients/officer.ts'
import { readOperatorData, type OperatorData } from './operator-data.ts'
import { gatherBlacklist, gatherExceptions, type Refused } from './pages.ts'
import type { Wanted } from './runs.ts'

/** Where a list comes from, and how it spells a number. */
export interface ListSource {
  readonly desk: OfficerDesk
  readonly trust: Trust
  readonly spell: (imei14: string) => string
}

/** A list as it is now, and what was read of the operator's own file. */
export type ListNow = Omit<Wanted, 'massChange'> & { readonly found: OperatorData | null }

export function blacklistLine(
  { spell }: Pick<ListSource, 'spell'>,
  imei14: string,
  { blockDate, reasons }: Refused,
): string {
  return listLine([spell(imei14), blockDate, reasons.join('|')])
}

export async function blacklistNow(source: ListSource): Promise<ListNow> {
  const { at, numbers } = await gatherBlacklist(source.desk, source.trust)
  const lines = [...numbers].map(([imei14, refused]) => blacklistLine(source, imei14, refused))
  return { list: 'blacklist', format: LIST_FORMATS.blacklist, at, lines, found: null }
}

/**
 * Whose phones are refused: the blacklist joined with what the operator alone knows, on its own
 * machine. Nothing of it leaves; an honest pair is no reason to write to anybody.
 * @param data operator data or pairing list
 */
export async function notificationsNow(
  { desk, trust, spell }: ListSource,
  operator: string,
  data: string,
): Promise<ListNow> {
  const { at, numbers } = await gatherBlacklist(desk, trust)
  const { pairs } = await gatherExceptions(desk, trust)
  const isRefused = (imei14: string, imsi: string) =>
    numbers.has(imei14) && !pairs.get(imei14)?.has(imsi)
  const found = await readOperatorData(data, { now: at.time, isAsked: (one) => numbers.has(one) })
  const lines = found.subscribers
    .filter(({ imei14, imsi }) => isRefused(imei14, imsi))
    .map(({ imei14, imsi, msisdn }) => {
      const { blockDate, reasons } = numbers.get(imei14)!
      return listLine([spell(imei14), imsi, msisdn, blockDate, reasons.join('|')])
    })
  return {
    list: `notifications_${operator}`,
    format: LIST_FORMATS.notifications,
    at,
    lines,
    wentAs: (line) => {
      const [imei = '', imsi = ''] = line.split(',')
      return isRefused(imei.slice(0, 14), imsi) ? 'no_longer_seen' : 'resolved'
    },
    // Subscribers come and go by themselves: what must not happen is a letter to one in a hundred of all.
    among: found.usable,
    found,
  }
}

export interface WhoseExceptions {
  readonly operator: string
  /** MCC and MNC of the subscribers meant; all of them where it is empty. */
  readonly networks: readonly string[]
  /** Operator data or pairing list, for telephone numbers. */
  readonly data: string | null
}

/** Who may use a number all the same: the honest pairs, with the operator's own telephone numbers. */
export async function exceptionsNow(
  { desk, trust, spell }: ListSource,
  { operator, networks, data }: WhoseExceptions,
): Promise<ListNow> {
  const { at, pairs } = await gatherExceptions(desk, trust)
  const isOwn = (imsi: string) =>
    networks.length === 0 || networks.some((network) => imsi.startsWith(network))
  const isAsked = (imei14: string) => pairs.has(imei14)
  const found = data === null ? null : await readOperatorData(data, { now: at.time, isAsked })
  const numberOf = new Map(
    found?.subscribers.map(({ imei14, imsi, msisdn }) => [`${imei14} ${imsi}`, msisdn]),
  )
  const lines = [...pairs].flatMap(([imei14, imsis]) =>
    [...imsis]
      .filter((imsi) => isOwn(imsi))
      .map((imsi) => listLine([spell(imei14), imsi, numberOf.get(`${imei14} ${imsi}`) ?? ''])),
  )
  const list = `exceptions_${operator}`
  return { list, format: LIST_FORMATS.exceptions, at, lines, found }
}
