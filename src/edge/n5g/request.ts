import type { Check } from '../checks.ts'
import { acceptsJson } from './accept.ts'
import { PROBLEMS, type Answer } from './answers.ts'
import { imsiOf, isGpsi, isSupi, readPei } from './pei.ts'
import { parseQuery } from './query.ts'

/** The whole API of TS 29.511. */
const EQUIPMENT_STATUS = '/n5g-eir-eic/v1/equipment-status'
const MAX_URI = 2_048

export type Question = Omit<Check, 'asker'>

/** The header fields that matter. */
export interface Asked {
  readonly method: string
  /** CONNECT has none. */
  readonly uri: string | undefined
  readonly accept: string | undefined
}

/** What a well-formed request asks about, or what is wrong with it (TS 29.500 table 5.2.7.2-1). */
export function readRequest({ method, uri = '', accept }: Asked): Question | Answer {
  if (uri.length > MAX_URI) return PROBLEMS.uri
  const mark = uri.indexOf('?')
  const path = mark < 0 ? uri : uri.slice(0, mark)
  if (path !== EQUIPMENT_STATUS) return PROBLEMS.resource
  if (method !== 'GET') return PROBLEMS.method
  if (accept !== undefined && !acceptsJson(accept)) return PROBLEMS.accept
  return readQuery(mark < 0 ? '' : uri.slice(mark + 1))
}

function readQuery(text: string): Question | Answer {
  const { pei, supi, gpsi } = parseQuery(text)
  if (pei === undefined || pei === '') return PROBLEMS.noPei
  const read = pei === null ? null : readPei(pei)
  if (read === null) return PROBLEMS.pei
  if (supi === null || (supi !== undefined && !isSupi(supi))) return PROBLEMS.supi
  if (gpsi === null || (gpsi !== undefined && !isGpsi(gpsi))) return PROBLEMS.gpsi
  return { imei14: read.imei14, svn: read.svn, imsi: imsiOf(supi) }
}
