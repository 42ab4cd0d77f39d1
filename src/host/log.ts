import { pino, type Logger } from 'pino'

export type { Logger }

/** Any run of 14 to 16 digits may be an IMEI: only its model's digits pass. */
const IMEI_LIKE = /(?<![0-9])([0-9]{8})[0-9]{6,8}(?![0-9])/g

/** How a line of text may leave this process. */
export function withoutImeis(text: string): string {
  return text.replace(IMEI_LIKE, '$1••••••')
}

/**
 * Structured log on stderr, so that stdout stays for data. Every line is masked as it is written:
 * an error's text may hold what somebody typed. Keys and openings are never passed to it.
 */
export function makeLogger(name: string, level: string): Logger {
  return pino(
    { name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void process.stderr.write(withoutImeis(line)) },
  )
}
