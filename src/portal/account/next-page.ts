/** Where signing in leads: one of our own pages, whatever a form says. */
const NEXT = ['/account', '/account/passkeys', '/trusted', '/trusted/accept', '/take']
/** A page about one phone, or one signature. */
const ABOUT =
  /^\/account\/(phone\/[A-Za-z0-9_-]{43}\/(card|return|sell|trusted|undo|word)|sign\/[0-9a-f-]{36})$/

const isPage = (path: string) => NEXT.includes(path) || ABOUT.test(path)

export const nextPage = (said: string | undefined): string =>
  said !== undefined && isPage(said) ? said : '/account'

/** The page on which a form stands that is sent to this path: there, or above it. */
export function pageOf(path: string): string {
  if (isPage(path)) return path
  return nextPage(path.slice(0, path.lastIndexOf('/')))
}
