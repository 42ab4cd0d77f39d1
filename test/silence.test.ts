import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'
import { toBase64, toHex, withCheckDigit } from '../src/core/index.ts'

/** What PEM, base64 and hexadecimal keys and openings begin to look like. */
const PEM = /-----BEGIN/
const IMEI_LIKE = /(?<![0-9])[0-9]{14,16}(?![0-9])/

const lines: string[] = []
let world: World
beforeAll(async () => {
  // As each party hands its lines over, before any mask: at the finest level, with no time stamps.
  const sink = { write: (line: string) => void lines.push(line) }
  world = await World.boot({ logger: pino({ level: 'trace', timestamp: false }, sink) })
})

test('A100 nobody writes an IMEI, a card, a key or an opening into a log, whatever goes wrong', async () => {
  const secrets: string[] = []
  {
    await using _ = world
    const { card, imei, owner, phone } = await world.enrolOne()
    const { reference } = await owner.report('theft')
    const { caseId } = await world.lock({ reference })
    await world.settle()
    await phone.attach(world.edgeUrl, 0)
    await phone.factoryReset('recovery-wipe')
    await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
    await ask(world, { path: '/v1/checks', body: { imei: withCheckDigit(imei) } })
    await ask(world, { path: '/v1/checks', body: { imei: `${imei}x` } })
    await ask(world, { path: '/v1/reports', body: { card, why: 'theft' } })
    const by = world.founding.officers[0]!.signer
    const stray = { crimeReference: imei, why: 'theft', imei: imeiNumber(77) }
    await ask(world, { path: '/v1/cases', body: stray, by })
    await ask(world, { method: 'GET', path: `/v1/cases/${imei}`, by })
    await world.first.found(caseId, `EX ${imei}`, 'ZZ', world.force)
    await world.audit()
    const { db } = world.database
    const openings = await db.selectFrom('orders').select('opening').execute()
    for (const { opening } of openings) {
      const bytes = new Uint8Array(opening)
      secrets.push(toHex(bytes).slice(0, 48), toBase64(bytes).slice(0, 48))
    }
    const { officers, intake, forceOrder, registry } = world.founding
    for (const { pem } of [...officers, intake, forceOrder, ...registry])
      secrets.push(pem.split('\n')[1]!.slice(0, 48))
    secrets.push(card)

    // A database that fails in the middle of it all.
    await sql`alter table cases rename to lost_cases`.execute(db)
    await sql`alter table subjects add constraint never check (imei14 is null) not valid`.execute(
      db,
    )
    const lost = { crimeReference: imei, why: 'theft', imei: imeiNumber(78) }
    expect(await ask(world, { path: '/v1/cases', body: lost, by })).toMatchObject({ status: 500 })
    const broken = await ask(world, { path: '/v1/cases', body: { ...lost, imei }, by })
    expect(broken).toMatchObject({ status: 500, code: 'internal' })
    expect(broken.text).not.toMatch(/cases|select|kysely|imei/i)
    await sql`alter table lost_cases rename to cases`.execute(db)
    await world.stopGuardian()
    await world.stopWitness()
    await world.stopRegistry()
    await world.startRegistry()
  }
  const text = lines.join('')
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.filter((line) => IMEI_LIKE.test(line))).toEqual([])
  expect(text).not.toMatch(PEM)
  for (const secret of secrets) expect(text).not.toContain(secret)
})
