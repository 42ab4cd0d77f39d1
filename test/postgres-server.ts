import { startThrowawayPostgres } from '../src/cli/throwaway-postgres.ts'

/**
 * Vitest's global set-up: a throw-away PostgreSQL server for the whole run. Where one cannot be had,
 * the reason goes to the tests (see `test/database.ts`), which skip with it, or fail in CI.
 */
export default function setup(): (() => void) | void {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return
  try {
    const { url, stop } = startThrowawayPostgres({ fsync: false })
    process.env['TEST_DATABASE_URL'] = url
    return stop
  } catch (error) {
    process.env['TEST_DATABASE_MISSING'] = (error as Error).message
  }
}
