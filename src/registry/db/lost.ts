/** What Node says of a connection that failed or broke. */
const NETWORK: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']
/** SQLSTATE connection_exception, and a server that stops, starts, or has no connection left. */
const STATE = /^(08...|57P0[1-3]|53300)$/
/** pg gives these no code of their own. */
const UNCODED =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/

/** Whether the database could not be asked, as against having said no: trying again may help. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string')
    return NETWORK.includes(error.code) || STATE.test(error.code)
  return UNCODED.test(error.message)
}
