import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ask } from './ask.ts'
import { serverUrl } from './database.ts'
import { World } from './world.ts'
import { openDatabase } from '../src/registry/index.ts'

const missing = process.env['TEST_DATABASE_MISSING']
const SOCKET = '.s.PGSQL.5432'

/** A line to the database server that can be cut. */
class Line {
  readonly folder = mkdtempSync(join(tmpdir(), 'stolen-mode-line-'))
  readonly #ends = new Set<Socket>()
  readonly #server: Server
  #isCut = false

  constructor(target: string) {
    this.#server = createServer((near) => {
      if (this.#isCut) return void near.destroy()
      const far = connect(target)
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end)
        end.on('error', () => {})
        end.on('close', () => {
          this.#ends.delete(end)
          other.destroy()
        })
        end.pipe(other)
      }
    })
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(join(this.folder, SOCKET), resolve))
    return this
  }

  cut(): void {
    this.#isCut = true
    for (const end of this.#ends) end.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

test.skipIf(missing !== undefined)(
  `the database is gone: a clear error, reads of the log go on, and nothing half done is left${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    const url = new URL(serverUrl(schema))
    const line = await new Line(join(url.searchParams.get('host')!, SOCKET)).open()
    url.searchParams.set('host', line.folder)
    const database = await openDatabase({ url: url.href })
    try {
      await sql`create schema ${sql.id(schema)}`.execute(database.db)
      await using world = await World.boot({ database })
      const { card, imei, owner } = await world.enrolOne()
      const { size } = world.running.context.sequencer.ledger
      const report = { path: '/v1/reports', body: { card, why: 'theft' }, key: randomUUID() }

      line.cut()
      for (const question of [report, { path: '/v1/checks', body: { imei } }]) {
        const answer = await ask(world, question)
        expect(answer).toMatchObject({ status: 503, code: 'unavailable' })
        expect(answer.headers.get('retry-after')).not.toBeNull()
      }
      const { sequencer } = world.running.context
      await world.until(() => sequencer.halted !== null)
      expect((await ask(world, { method: 'GET', path: '/healthz' })).json).toMatchObject({
        status: 'read-only',
        treeSize: size,
      })
      const read = await fetch(`${world.registryUrl}/log/checkpoint`)
      expect((await read.text()).split('\n')[1]).toBe(String(size))
      expect(await world.probe.ask(imei)).toBe('WHITELISTED')

      line.mend()
      await sequencer.whenRunning()
      expect((await ask(world, report)).json).toMatchObject({ state: 'held', holdIndex: size })
      await world.audit()
      const { reference } = (await ask(world, report)).json
      await owner.withdraw(String(reference))
      await world.audit()
      await sql`drop schema ${sql.id(schema)} cascade`.execute(database.db)
    } finally {
      await database.close()
      await line.close()
    }
  },
)
