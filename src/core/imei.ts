import { Refusal, demand } from './refusal.ts'

/** The first 14 digits of an IMEI: TAC 8 + serial 6. The key of everything (TS 23.003 §6). */
export type Imei14 = string & { readonly __imei14: true }
/** Type Allocation Code, 8 digits: the model. */
export type Tac = string & { readonly __tac: true }

export interface Imei {
  readonly imei14: Imei14
  /** Software version of an IMEISV (digits 15–16), else null. */
  readonly svn: string | null
}

const FOURTEEN = /^[0-9]{14}$/

/** @throws {Refusal} imei-digits */
export function parseImei14(text: string): Imei14 {
  demand(FOURTEEN.test(text), 'imei-digits', 'expected 14 digits')
  return text as Imei14
}

/** @throws {Refusal} imei-digits */
export function parseTac(text: string): Tac {
  demand(/^[0-9]{8}$/.test(text), 'imei-digits', 'expected 8 digits')
  return text as Tac
}

export function tacOf(imei: Imei14): Tac {
  return imei.slice(0, 8) as Tac
}

/** The Luhn digit over 14 digits (TS 23.003 annex B). Never transmitted at an IMEI check. */
export function checkDigit(imei: Imei14): number {
  let sum = 0
  for (let i = 0; i < 14; i++) {
    const digit = imei.charCodeAt(i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return (10 - (sum % 10)) % 10
}

/** 15 digits, as printed on the box. */
export function withCheckDigit(imei: Imei14): string {
  return `${imei}${checkDigit(imei)}`
}

/**
 * An IMEI or IMEISV as a person types or pastes it: separators and the digits of other scripts are
 * taken; 15 digits must carry the right check digit, 14 and 16 have none to check.
 * @throws {Refusal} imei-digits, imei-length, imei-check-digit
 */
export function parseImei(text: string): Imei {
  demand(text.length <= 64, 'imei-length', 'longer than any IMEI')
  const digits = text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}./]/gu, '') // Cf: direction marks come along from right-to-left pages
    .replace(/\p{Nd}/gu, asciiDigit)
  demand(/^[0-9]+$/.test(digits), 'imei-digits', 'expected digits only')
  demand(
    digits.length >= 14 && digits.length <= 16,
    'imei-length',
    `expected 14 to 16 digits, found ${digits.length}`,
  )
  const imei14 = digits.slice(0, 14) as Imei14
  if (digits.length === 15 && Number(digits[14]) !== checkDigit(imei14))
    throw new Refusal('imei-check-digit', 'the last digit does not fit the others')
  return { imei14, svn: digits.length === 16 ? digits.slice(14) : null }
}

/** Unicode keeps the ten digits of each script together, zero first; some scripts touch. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0)!
  let start = point
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--
  return String((point - start) % 10)
}

/**
 * A value from a list made elsewhere: if it begins with 14 digits, those are the key, and no check
 * digit is demanded (most real lists break it). Null: not usable, to be reported, never padded.
 */
export function listedImei(value: string): Imei14 | null {
  const head = value.slice(0, 14)
  return FOURTEEN.test(head) && value.length <= 16 ? (head as Imei14) : null
}

/** How an IMEI may be printed: the model's digits and dots. */
export function maskImei(imei: Imei14): string {
  return `${tacOf(imei)}••••••`
}

/** A maker's serial number as engraved. */
export type Serial = string & { readonly __serial: true }

/**
 * 4 to 32 letters, digits or hyphens, in upper case; 14–16 digits alone are an IMEI and no serial.
 * @throws {Refusal} serial-malformed
 */
export function parseSerial(text: string): Serial {
  const serial = text.trim().toUpperCase()
  demand(
    /^[A-Z0-9][A-Z0-9-]{3,31}$/.test(serial),
    'serial-malformed',
    'expected 4 to 32 letters or digits',
  )
  demand(!/^[0-9]{14,16}$/.test(serial), 'serial-malformed', 'this looks like an IMEI')
  return serial as Serial
}
