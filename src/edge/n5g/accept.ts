const PLAIN = /^(?:[^;]*,)?\s*application\/json\s*(?:,[^;]*)?$/i

/** Whether JSON may be sent: the most specific range decides, `q=0` excludes (RFC 9110 §12.5.1). */
export function acceptsJson(accept: string): boolean {
  if (PLAIN.test(accept)) return true // what networks send, without taking it apart
  const ranges = new Map<string, boolean>()
  for (const item of accept.toLowerCase().split(',')) {
    const [range, ...parameters] = item.split(';').map((part) => part.trim())
    const isExcluded = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    if (range !== undefined && range !== '') ranges.set(range, !isExcluded)
  }
  if (ranges.size === 0) return true
  return ranges.get('application/json') ?? ranges.get('application/*') ?? ranges.get('*/*') ?? false
}
