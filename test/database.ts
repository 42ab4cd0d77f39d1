import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { type Database, openDatabase } from '../src/registry/db/database.ts'
import { migrate } from '../src/registry/db/migrate.ts'
import { freshFolder } from './embedded-template.ts'

/** Gives a fresh, migrated database. It is closed and dropped after the test. */
export type OpenDatabase = () => Promise<Database>

/**
 * Runs the same tests on the embedded engine and on a PostgreSQL server. Embedded, a file has one
 * instance and each `open()` a schema of its own in it, used one after the other: one instance is
 * one session, so a test there opens one database at a time. Needs `tsc -b` (the worker is a built
 * file). Without a server its tests are skipped with the reason, in CI they fail.
 */
export function describeOnEachEngine(name: string, tests: (open: OpenDatabase) => void): void {
  describe(`${name} (embedded)`, () => tests(onEmbedded()))
  describeOnServer(name, tests)
}

/** For what only a server has: several sessions, connections that can be lost. */
export function describeOnServer(name: string, tests: (open: OpenDatabase) => void): void {
  const missing = process.env['TEST_DATABASE_MISSING']
  if (missing === undefined) describe(`${name} (server)`, () => tests(onServer()))
  else if (process.env['CI'] === undefined)
    describe.skip(`${name} (server: ${missing})`, () => {
      tests(onServer())
    })
  else
    test(`${name} (server)`, () => {
      throw new Error(missing)
    })
}

function onEmbedded(): OpenDatabase {
  let folder: string
  let shared: Database
  let schemas = 0
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stolen-mode-db-'))
    shared = await openDatabase({ folder: await freshFolder(join(folder, 'data')) })
  })
  afterAll(async () => {
    await shared.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return async () => {
    const schema = sql.id(`test_${++schemas}`)
    await sql`create schema ${schema}`.execute(shared.db)
    await sql`set search_path to ${schema}`.execute(shared.db)
    await migrate(shared.db)
    return { ...shared, close: async () => {} }
  }
}

function onServer(): OpenDatabase {
  const opened: Database[] = []
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close()
  })
  return async () => {
    const database = await ownSchema()
    opened.push(database)
    await migrate(database.db)
    return database
  }
}

/**
 * An empty database for a whole constellation: a schema of the server, which costs a tenth of an embedded
 * engine's processor time, or that engine in `folder` where there is no server.
 */
export async function openWorldDatabase(folder: string): Promise<Database> {
  if (process.env['TEST_DATABASE_MISSING'] === undefined) return ownSchema()
  return openDatabase({ folder: await freshFolder(folder) })
}

/** A schema of the server, dropped when it is closed. */
async function ownSchema(): Promise<Database> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const database = await openDatabase({ url: serverUrl(schema) })
  await sql`create schema ${sql.id(schema)}`.execute(database.db)
  const close = async () => {
    await database.close()
    const cleaner = await openDatabase({ url: serverUrl() })
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(cleaner.db)
    await cleaner.close()
  }
  return { ...database, close }
}

/** The server's address, each connection of which looks only into `schema`. */
export function serverUrl(schema = 'public'): string {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? 'postgres://none')
  url.searchParams.set('options', `-c search_path=${schema}`)
  return url.href
}
