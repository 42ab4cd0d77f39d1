import { defineConfig } from 'vitest/config'

/**
 * `npm run test:processes`: tests that start, and kill, many real processes. `npm run test:crowd`: ten
 * thousand connections, alone, since they take the whole machine. `npm run test:interop`:
 * tests that meet other people's software. `npm run test:browser`: Chromium in front of the real processes.
 */
const include = process.env['TEST_PROCESSES']
  ? ['test/processes/**/*.test.ts']
  : process.env['TEST_CROWD']
    ? ['test/crowd/**/*.test.ts']
    : process.env['TEST_INTEROP']
      ? ['test/interop/**/*.test.ts']
      : process.env['TEST_TPM']
        ? ['test/tpm/**/*.test.ts']
        : process.env['TEST_BROWSER']
          ? ['test/browser/**/*.test.ts']
          : ['src/**/*.test.{ts,tsx}', 'test/*.test.ts', 'test/vectors/**/*.test.ts']

/** A dozen processes take a minute to come up on a busy machine. */
const PATIENCE_MS = process.env['TEST_PROCESSES'] || process.env['TEST_BROWSER'] ? 600_000 : 120_000

export default defineConfig({
  test: {
    include,
    globalSetup: ['test/postgres-server.ts', 'test/embedded-template.ts'],
    // Against what hangs: how fast a shared machine is, a test cannot know.
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS, // the first database of a file is created in one
    pool: 'forks',
    isolate: false, // no module here keeps state; loading them anew for each file cost two minutes
    // Two cores, and something to do while a disk syncs; a database takes 0.3 to 0.8 GB, a browser 0.5 more.
    maxWorkers: process.env['TEST_BROWSER'] ? 2 : 4,
  },
})
