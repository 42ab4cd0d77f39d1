import { defineConfig } from 'vitest/config'

/**
 * `npm run test:processes`: tests that start, and kill, many real processes. `npm run test:crowd`: ten
 * thousand connections, alone, since they take the whole machine. `npm run test:interop`:
 * tests that meet other people's software.
 */
const include = process.env['TEST_PROCESSES']
  ? ['test/processes/**/*.test.ts']
  : process.env['TEST_CROWD']
    ? ['test/crowd/**/*.test.ts']
    : process.env['TEST_INTEROP']
      ? ['test/interop/**/*.test.ts']
      : ['src/**/*.test.ts', 'test/*.test.ts', 'test/vectors/**/*.test.ts']

export default defineConfig({
  test: {
    include,
    globalSetup: ['test/postgres-server.ts', 'test/embedded-template.ts'],
    testTimeout: 120_000, // against what hangs: how fast a shared machine is, a test cannot know
    hookTimeout: 120_000, // the first database of a file is created in one
    pool: 'forks',
    isolate: false, // no module here keeps state; loading them anew for each file cost two minutes
    maxWorkers: 4, // two cores, and something to do while a disk syncs; a database takes 0.3 to 0.8 GB
  },
})
