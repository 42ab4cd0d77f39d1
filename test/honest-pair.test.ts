import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  approvePair,
  declareConflict,
  endIdentity,
  proposePair,
  type Honest,
} from '../src/cli/clients/identities.ts'
import { kidOf, withCheckDigit, type Imei14 } from '../src/core/index.ts'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'

const OWNER = '001010000000001'
const THIEF = '001010000000002'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(async () => world[Symbol.asyncDispose]())

const officer = (at: number) => world.founding.officers[at]!.signer
const asks = [OWNER, THIEF, null] as const
/** What the register says to the owner, to the thief, and where nobody says who asks. */
const words = async (imei: Imei14) => {
  await world.settle()
  return Promise.all(asks.map((imsi) => world.probe.ask(imei, imsi)))
}

async function caseAbout(imei: Imei14): Promise<string> {
  const about = { crimeReference: 'WORLD/CLONE', why: 'theft', imei } as const
  return (await world.first.openCase(about)).id
}

const honest = (caseId: string, imei: Imei14): Honest => ({
  caseId,
  imei: withCheckDigit(imei),
  imsi: OWNER,
})

async function makePair(pair: Honest): Promise<number> {
  await proposePair(world.first, { ...pair, days: 400, officer: officer(0) })
  const by = { officer: officer(1), force: world.force }
  return (await approvePair(world.second, { ...pair, ...by })).index!
}

const end = async (caseId: string, of: number) =>
  endIdentity(world.first, {
    caseId,
    of,
    officer: officer(0),
    force: () => Promise.resolve(world.force),
  })

/** The register as its journal has it, then anew from the registry, then the registry itself anew. */
async function afterEachRestart(check: () => Promise<void>): Promise<void> {
  await check()
  await world.stopEdge()
  await world.startEdge()
  await check()
  await world.stopEdge()
  rmSync(join(world.folder, 'edge'), { recursive: true })
  await world.stopRegistry()
  await world.startRegistry()
  await world.startEdge()
  await check()
}

describe('a number that a stolen phone copied', () => {
  test('A13 A45 locked: its honest owner passes, every other subscriber does not', async () => {
    const imei = imeiNumber(500)
    const { caseId } = await world.lock({ imei })
    const locked = ['BLACKLISTED', 'BLACKLISTED', 'BLACKLISTED']
    expect(await words(imei)).toEqual(locked)
    const index = await makePair(honest(caseId, imei))
    await afterEachRestart(async () =>
      expect(await words(imei)).toEqual(['WHITELISTED', 'BLACKLISTED', 'BLACKLISTED']),
    )
    await end(caseId, index)
    await afterEachRestart(async () => expect(await words(imei)).toEqual(locked))
    await expect(end(caseId, index)).rejects.toMatchObject({ code: 'of-mismatch' })
  })

  test('A13 A45 in conflict: grey, but for its honest owner', async () => {
    const imei = imeiNumber(501)
    const caseId = await caseAbout(imei)
    const { index } = await declareConflict(world.first, honest(caseId, imei))
    const grey = ['GREYLISTED', 'GREYLISTED', 'GREYLISTED']
    expect(await words(imei)).toEqual(grey)
    const pair = await makePair(honest(caseId, imei))
    await afterEachRestart(async () =>
      expect(await words(imei)).toEqual(['WHITELISTED', 'GREYLISTED', 'GREYLISTED']),
    )
    await end(caseId, pair)
    expect(await words(imei)).toEqual(grey)
    await end(caseId, index!)
    await afterEachRestart(async () =>
      expect(await words(imei)).toEqual(['WHITELISTED', 'WHITELISTED', 'WHITELISTED']),
    )
  })
})

describe('A89 an exemption', () => {
  test('no conflict of a locked number, and none about a number that is not of the case', async () => {
    const imei = imeiNumber(502)
    const { caseId } = await world.lock({ imei })
    const { size } = world.running.context.sequencer.ledger
    await expect(declareConflict(world.first, honest(caseId, imei))).rejects.toMatchObject({
      code: 'wrong-state',
    })
    const foreign = honest(caseId, imeiNumber(503))
    const refused = { code: 'not-found' }
    await expect(declareConflict(world.first, foreign)).rejects.toMatchObject(refused)
    await expect(makePair(foreign)).rejects.toMatchObject(refused)
    const elsewhere = await caseAbout(imeiNumber(503))
    const index = await makePair(honest(caseId, imei))
    await expect(end(elsewhere, index)).rejects.toMatchObject(refused)
    await expect(end(elsewhere, 0)).rejects.toMatchObject(refused)
    expect(world.running.context.sequencer.ledger.size).toBe(size + 1)
  })

  test('needs two officers and the force, and what each has in hand', async () => {
    const imei = imeiNumber(504)
    const pair = honest(await caseAbout(imei), imei)
    await proposePair(world.first, { ...pair, days: 30, officer: officer(0) })
    const force = world.force
    for (const other of [{ imsi: THIEF }, { imei: withCheckDigit(imeiNumber(505)) }]) {
      const by = { officer: officer(1), force }
      await expect(approvePair(world.second, { ...pair, ...other, ...by })).rejects.toMatchObject({
        code: 'not-found',
      })
    }
    await expect(
      approvePair(world.first, { ...pair, officer: officer(0), force }),
    ).rejects.toMatchObject({ code: 'signer-set' })
    const done = await approvePair(world.second, { ...pair, officer: officer(1), force })
    expect(done.index).not.toBeNull()
    // Whoever only signs learns no subscriber.
    expect(done).not.toHaveProperty('opening')
  })

  test('A92 is refused beyond 400 days and with what is no subscriber, and says no number', async () => {
    const imei = imeiNumber(506)
    const { caseId, ...pair } = honest(await caseAbout(imei), imei)
    for (const wrong of [
      { days: 401 },
      { days: 0 },
      { days: 1.5 },
      { imsi: '12345' },
      { imsi: `${OWNER}0` },
      { imsi: `${OWNER.slice(0, -1)}x` },
    ]) {
      const body = { caseId, ...pair, days: 1, ...wrong }
      const answer = await ask(world, { path: '/v1/identities/pairs', body, by: officer(0) })
      expect(answer).toMatchObject({ status: 400, code: 'malformed' })
      expect(answer.text).not.toContain(pair.imsi.slice(0, 14))
      expect(answer.text).not.toContain(imei)
    }
  })
})

test('every look and act leaves a row: who, what, which case', async () => {
  const imei = imeiNumber(507)
  const caseId = await caseAbout(imei)
  const { index } = await declareConflict(world.first, honest(caseId, imei))
  await end(caseId, index!)
  await makePair(honest(caseId, imei))
  const rows = await world.database.db
    .selectFrom('audit')
    .select(['who', 'action'])
    .where('case_id', '=', caseId)
    .where('action', 'like', 'identity.%')
    .execute()
  const told = rows.map(({ who, action }) => `${action} ${who}`).toSorted()
  const { authorities } = world.running.context.sequencer.ledger
  const nameOf = (at: number) => authorities.ofKey(kidOf(officer(at).key))[0]!.cert.sub
  const [first, second] = [nameOf(0), nameOf(1)]
  expect(told).toEqual([
    `identity.conflict ${first}`,
    `identity.end ${first}`,
    `identity.pair ${first}`,
    `identity.view ${second}`,
  ])
})

test('an erased number takes its records along, and never one that stands', async () => {
  const { imei } = await world.enrolOne()
  const caseId = await caseAbout(imei)
  const index = await makePair(honest(caseId, imei))
  const { db } = world.database
  await db.deleteFrom('cases').where('id', '=', caseId).execute()
  const erase = () =>
    ask(world, {
      path: '/v1/erasures',
      body: { imei: withCheckDigit(imei) },
      by: world.founding.registry[0].signer,
    })
  expect(await erase()).toMatchObject({ status: 409, code: 'wrong-state' })
  await end(await caseAbout(imei), index)
  await db.deleteFrom('cases').execute()
  expect(await erase()).toMatchObject({ status: 200 })
  for (const table of ['identity_openings', 'identity_drafts'] as const) {
    const rows = await db.selectFrom(table).select('imei14').where('imei14', '=', imei).execute()
    expect(rows).toEqual([])
  }
  const path = '/v1/snapshot/0'
  const by = world.founding.operators[0]!.signer
  const { json } = await ask(world, { method: 'GET', path, by })
  const { entries } = json as { entries: { opening: string | null }[] }
  expect(entries[index]!.opening).toBeNull()
  await world.stopRegistry()
  await world.startRegistry()
  await world.audit()
})

test('A79 an insider who changes or forgets an opening stops the registry', async () => {
  const [one, other] = [imeiNumber(508), imeiNumber(509)]
  const index = await makePair(honest(await caseAbout(one), one))
  const thiefs = await makePair(honest(await caseAbout(other), other))
  const { db } = world.database
  const rows = db.selectFrom('identity_openings').selectAll()
  const row = await rows.where('log_index', '=', BigInt(index)).executeTakeFirstOrThrow()
  const foreign = await rows.where('log_index', '=', BigInt(thiefs)).executeTakeFirstOrThrow()
  const set = (change: Partial<typeof row>) =>
    db.updateTable('identity_openings').set(change).where('log_index', '=', row.log_index).execute()
  const lies: Readonly<Record<string, () => Promise<unknown>>> = {
    'the opening of another pair': () => set({ opening: foreign.opening, imei14: other }),
    'another number': () => set({ imei14: other }),
    'no CBOR': () => set({ opening: new Uint8Array([0xff]) }),
    'erased while it stands': () => set({ opening: null, imei14: null }),
    'no row': () =>
      db.deleteFrom('identity_openings').where('log_index', '=', row.log_index).execute(),
    'a row where the log has none': () =>
      db
        .insertInto('identity_openings')
        .values({ ...row, log_index: 0n })
        .execute(),
  }
  await world.stopRegistry()
  for (const [lie, write] of Object.entries(lies)) {
    await write()
    await expect(world.startRegistry(), lie).rejects.toMatchObject({
      code: 'row-disagrees-with-log',
    })
    await db.deleteFrom('identity_openings').where('log_index', 'in', [0n, row.log_index]).execute()
    await db.insertInto('identity_openings').values(row).execute()
  }
  await world.startRegistry()
})
