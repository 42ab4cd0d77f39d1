/** Undefined: not there. Null: more than once. */
type Value = string | null | undefined

/** The query parameters that are read. */
export interface Query {
  readonly pei: Value
  readonly supi: Value
  readonly gpsi: Value
}

const ESCAPED = /[%+]/

/**
 * A query string by the rules of `application/x-www-form-urlencoded` (WHATWG URL). Their own parser is
 * called only for what is escaped, since what networks send is not: it cost a tenth of an answer.
 * Other parameters are ignored, not refused: an error may admit a stolen phone.
 */
export function parseQuery(text: string): Query {
  let [pei, supi, gpsi]: Value[] = []
  for (let start = 0; start < text.length;) {
    const end = orElse(text.indexOf('&', start), text.length)
    const equals = Math.min(orElse(text.indexOf('=', start), end), end)
    const name = decode(text.slice(start, equals))
    const value = text.slice(equals + 1, end)
    if (name === 'pei') pei = once(pei, value)
    else if (name === 'supi') supi = once(supi, value)
    else if (name === 'gpsi') gpsi = once(gpsi, value)
    start = end + 1
  }
  return { pei, supi, gpsi }
}

function orElse(index: number, other: number): number {
  return index < 0 ? other : index
}

function once(before: Value, text: string): Value {
  return before === undefined ? decode(text) : null
}

function decode(text: string): string {
  return ESCAPED.test(text) ? new URLSearchParams(`=${text}`).get('')! : text
}
