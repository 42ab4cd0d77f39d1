import type { Imei14 } from '../../core/index.ts'
import type { Check } from '../checks.ts'

type Pei = Pick<Check, 'imei14' | 'svn'>

const IMEI = /^imei-[0-9]{15}$/
const IMEISV = /^imeisv-[0-9]{16}$/
const MAC = /^mac(?:-[0-9a-fA-F]{2}){6}(?:-untrusted)?$/
const EUI = /^eui(?:-[0-9a-fA-F]{2}){8}$/

/**
 * What a phone said it is (TS 29.571 Pei), as far as a register cares; null where malformed. The key
 * is the first 14 digits in every spelling: the 15th is a check digit or 0 and is not transmitted at a
 * check (TS 22.016 §3), the 15th and 16th of an IMEISV are the software version. The schema ends in
 * `.+` and so matches anything; the strictness is ours.
 */
export function readPei(text: string): Pei | null {
  if (IMEISV.test(text)) return { imei14: text.slice(7, 21) as Imei14, svn: text.slice(21) }
  if (IMEI.test(text)) return { imei14: text.slice(5, 19) as Imei14, svn: null }
  return MAC.test(text) || EUI.test(text) ? { imei14: null, svn: null } : null
}

// An IMSI of five digits cannot hold MCC, MNC and a subscriber.
const SUPI = /^(?:imsi-[0-9]{6,15}|(?:nai|gci|gli)-.+)$/su
const GPSI = /^(?:msisdn-[0-9]{5,15}|extid-[^@]+@[^@]+)$/u

export function isSupi(text: string): boolean {
  return SUPI.test(text)
}

/** The digits, where the subscriber is named by an IMSI. */
export function imsiOf(supi: string | undefined): string | null {
  return supi?.startsWith('imsi-') === true ? supi.slice(5) : null
}

export function isGpsi(text: string): boolean {
  return GPSI.test(text)
}
