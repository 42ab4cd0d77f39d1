/** Where signing in leads: one of our own pages, whatever a form says. */
const NEXT = ['/account', '/trusted', '/trusted/accept'] as const
export type NextPage = (typeof NEXT)[number]

export const nextPage = (said: string | undefined): NextPage =>
  NEXT.find((page) => page === said) ?? '/account'
