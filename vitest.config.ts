import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/postgres-server.ts', 'test/embedded-template.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000, // the first database of a file is created in one
    pool: 'forks',
    maxWorkers: 2, // an embedded database takes up to 0.8 GB while it is created
  },
})
