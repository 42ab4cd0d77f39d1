const VOID = new Set(['path', 'input', 'meta', 'link', 'br', 'hr', 'img'])
const TOKEN = /<(\/?)([a-z0-9]+)((?:\s+[^\s=>/]+(?:="[^"]*")?)*)\s*\/?>|[^<]+/gi
const ATTRIBUTE = /([^\s=]+)(?:="([^"]*)")?/g
const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#34;': '"',
}

const plain = (text: string) =>
  text.replace(/&[a-z0-9#]+;/g, (entity) => ENTITIES[entity] ?? entity)

/**
 * HTML as a list of lines that two writers of the same page agree on: one tag or text a line, attributes
 * sorted, class names and white space single-spaced, a boolean attribute the same as an empty one.
 */
export function normalised(html: string): readonly string[] {
  const lines: string[] = []
  for (const [whole, slash, name, attributes] of html.matchAll(TOKEN)) {
    if (name === undefined) {
      const text = plain(whole).replace(/\s+/g, ' ').trim()
      if (text !== '') lines.push(text)
    } else if (slash === '/') {
      if (!VOID.has(name)) lines.push(`</${name}>`)
    } else lines.push(`<${name}${sorted(attributes ?? '')}>`)
  }
  return lines
}

function sorted(attributes: string): string {
  return [...attributes.matchAll(ATTRIBUTE)]
    .map(([, name, value = '']) => ` ${name}="${plain(value).replace(/\s+/g, ' ').trim()}"`)
    .toSorted()
    .join('')
}
