import { Refusal, parseImei, parseSerial, type Asked, type RefusalCode } from '../../core/index.ts'
import type { Mistake } from './words.ts'

/** Longer than any number with its separators; the rest of what was pasted is not kept. */
export const MAX_TYPED = 64

const MISTAKES: Partial<Readonly<Record<RefusalCode, Mistake>>> = {
  'imei-length': 'length',
  'imei-digits': 'digits',
  'imei-check-digit': 'checkDigit',
  'serial-malformed': 'serial',
}

/** What somebody typed into the one field: an IMEI if it has no letter, else a serial number. */
export function readNumber(typed: string): Asked | Mistake {
  if (typed.trim() === '') return 'empty'
  try {
    return /\p{L}/u.test(typed)
      ? { serial: parseSerial(typed.normalize('NFKC')) }
      : { imei: parseImei(typed).imei14 }
  } catch (error) {
    const mistake = error instanceof Refusal ? MISTAKES[error.code] : undefined
    if (mistake === undefined) throw error
    return mistake
  }
}
