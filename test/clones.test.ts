import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cloneCases, declareProposed } from '../src/cli/clients/clones.ts'
import { approvePair, proposePair, type Honest } from '../src/cli/clients/identities.ts'
import { RegisterProbe } from '../src/sim/index.ts'
import { withCheckDigit, type Imei14 } from '../src/core/index.ts'
import { startEdge, type Edge } from '../src/edge/index.ts'
import { World, imeiNumber } from './world.ts'

const OWNER = '001010000000001'
const THIEF = '001010000000002'

let world: World
/** Another operator's register, at the other end of the world. */
let abroad: Edge
let there: RegisterProbe

beforeAll(async () => {
  const place = { country: 'GB', network: '00101' }
  world = await World.boot({ operators: 2, place, remember: true })
  const { founding, trust, surroundings, logger } = world
  abroad = await startEdge({
    name: 'edge-abroad',
    signer: founding.operators[1]!.signer,
    trust,
    registries: [{ origin: world.log.key.name, url: world.registryUrl }],
    dataDir: join(world.folder, 'edge-abroad'),
    port: 0,
    adminPort: 0,
    country: 'NZ',
    network: '99901',
    unknown: 'whitelist',
    surroundings,
    logger,
  })
  there = new RegisterProbe(abroad.url)
})
afterAll(async () => {
  there.close()
  await abroad.close()
  await world[Symbol.asyncDispose]()
})

/** What the home register says to the owner, to the thief, and where nobody says who asks. */
const words = async (imei: Imei14) => {
  await world.settle()
  return Promise.all([OWNER, THIEF, null].map((imsi) => world.probe.ask(imei, imsi)))
}

/** The cases that signals opened, as an officer lists them. */
const listed = () => cloneCases(world.first)

/** The case that comes up in the officers' list, about this number. */
async function caseFor(imei: Imei14): Promise<string> {
  let found: string | undefined
  await world.until(async () => {
    for (const { id } of await listed())
      if ((await world.first.case(id)).clones[0]?.imei === withCheckDigit(imei)) found = id
    return found !== undefined
  })
  return found!
}

async function makePair(pair: Honest): Promise<void> {
  const [first, second] = world.founding.officers.map(({ signer }) => signer)
  await proposePair(world.first, { ...pair, days: 365, officer: first! })
  await approvePair(world.second, { ...pair, officer: second!, force: world.force })
}

describe('a number that two phones wear', () => {
  test('A13 A45 in two countries at once: signal, case, conflict, and its honest owner goes on', async () => {
    const { imei, owner } = await world.enrolOne()
    const { reference } = await owner.report('theft')
    expect(await words(imei)).toEqual(['GREYLISTED', 'GREYLISTED', 'GREYLISTED'])
    await there.until(imei, 'GREYLISTED')
    await there.ask(imei, THIEF)

    const caseId = await caseFor(imei)
    const [item] = await listed()
    expect(item).toMatchObject({ id: caseId, why: 'clone', state: 'open' })
    const { clones, sightings } = await world.first.case(caseId)
    expect(clones).toHaveLength(1)
    const proposed = { caseId, imei: withCheckDigit(imei) }
    expect(clones[0]).toMatchObject({ conflict: proposed, keys: 0 })
    // One, or one of each operator: two sightings that come at once find each other.
    for (const { why, selfReported, places } of clones[0]!.signals) {
      expect([why, selfReported]).toEqual(['travel', true])
      const seen = places.map(({ country, network, operator }) => [country, network, operator])
      expect(seen).toContainEqual(['GB', '00101', 'zz.edge-1'])
      expect(seen).toContainEqual(['NZ', '99901', 'zz.edge-2'])
    }
    expect(new Set(sightings.map(({ country }) => country))).toEqual(new Set(['GB', 'NZ']))

    // Nothing is locked by a signal, whoever asks: it would hit the owner.
    await expect(world.first.propose(caseId)).rejects.toMatchObject({ code: 'wrong-state' })

    expect((await declareProposed(world.first, { clones })).index).not.toBeNull()
    const after = await world.first.case(caseId)
    expect(after.clones[0]!.conflict).toBeNull()
    await expect(declareProposed(world.first, after)).rejects.toMatchObject({ code: 'not-found' })
    await owner.withdraw(reference)
    expect(await words(imei)).toEqual(['GREYLISTED', 'GREYLISTED', 'GREYLISTED'])

    await makePair({ caseId, imei: withCheckDigit(imei), imsi: OWNER })
    expect(await words(imei)).toEqual(['WHITELISTED', 'GREYLISTED', 'GREYLISTED'])
    await there.until(imei, 'GREYLISTED')
    expect(await there.ask(imei, OWNER)).toBe('WHITELISTED')

    // The phone that wears it is stolen, as a case of its own says: black for whoever is not the owner.
    const { caseId: crime } = await world.lock({ imei })
    expect(await words(imei)).toEqual(['WHITELISTED', 'BLACKLISTED', 'BLACKLISTED'])
    const shown = (await world.first.case(crime)).clones
    expect(shown[0]!.signals.map(({ why }) => why)).toContain('travel')
    expect(shown[0]!.conflict).toBeNull()
    expect((await listed()).length).toBe(1)
  })

  test('A13 A65 on many SIMs, in no list: a count leaves the operator, and no subscriber', async () => {
    const imei = imeiNumber(700)
    const sims = [OWNER, THIEF, '001010000000003', '001010000000004']
    for (const imsi of sims) expect(await world.probe.ask(imei, imsi)).toBe('WHITELISTED')
    const caseId = await caseFor(imei)
    const { clones } = await world.first.case(caseId)
    expect(clones[0]).toMatchObject({
      subscribers: 4,
      signals: [{ why: 'subscribers', reporter: 'zz.edge-1', selfReported: true }],
    })
    await declareProposed(world.first, { clones })
    expect(await words(imei)).toEqual(['GREYLISTED', 'GREYLISTED', 'GREYLISTED'])
    await makePair({ caseId, imei: withCheckDigit(imei), imsi: OWNER })
    expect(await words(imei)).toEqual(['WHITELISTED', 'GREYLISTED', 'GREYLISTED'])

    const { db } = world.database
    const kept = await Promise.all([
      db.selectFrom('clone_signals').selectAll().execute(),
      db.selectFrom('sightings').selectAll().execute(),
      db.selectFrom('cases').selectAll().execute(),
      sql`select * from audit`.execute(db).then(({ rows }) => rows),
    ])
    const text = JSON.stringify(kept, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    for (const imsi of sims) expect(text).not.toContain(imsi)
  })
})
