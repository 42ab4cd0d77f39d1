import type { Result } from './result.ts'

/** What a later run says that an earlier one did not. */
export interface Difference {
  /** Both asked the same cases. */
  readonly sameCases: boolean
  readonly sameImplementation: boolean
  readonly added: readonly string[]
  readonly deleted: readonly string[]
  readonly changed: readonly { readonly id: string; readonly from: string; readonly to: string }[]
}

export function difference(before: Result, after: Result): Difference {
  const was = new Map(before.cases.map((one) => [one.id, one]))
  const is = new Map(after.cases.map((one) => [one.id, one]))
  return {
    sameCases: before.caseSet === after.caseSet,
    sameImplementation:
      JSON.stringify(before.implementation) === JSON.stringify(after.implementation),
    added: [...is.keys()].filter((id) => !was.has(id)),
    deleted: [...was.keys()].filter((id) => !is.has(id)),
    changed: [...is.values()].flatMap(({ id, outcome }) => {
      const from = was.get(id)?.outcome
      return from === undefined || from === outcome ? [] : [{ id, from, to: outcome }]
    }),
  }
}
