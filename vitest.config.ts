import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/postgres-server.ts', 'test/embedded-template.ts'],
    testTimeout: 120_000, // against what hangs: how fast a shared machine is, a test cannot know
    hookTimeout: 120_000, // the first database of a file is created in one
    pool: 'forks',
    maxWorkers: 4, // two cores, and something to do while a disk syncs; a database takes 0.3 to 0.8 GB
  },
})
