/** What any component takes besides its own: further classes, further attributes. */
export interface Base {
  readonly classes?: string | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

/** Class names that are there, parted by spaces. */
export function cx(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ')
}

/** Ids an element is described by; undefined for none, so that no attribute is written. */
export function ids(...names: readonly (string | false | null | undefined)[]): string | undefined {
  return cx(...names) || undefined
}
