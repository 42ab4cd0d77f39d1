import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  concat,
  deviceCommitment,
  ownerCommitment,
  parseEntry,
  parseOpening,
  parseOrder,
  toHex,
  utf8,
  withCheckDigit,
  type DeviceIds,
  type Order,
  type PublicKey,
} from '../src/core/index.ts'
import { sha256Fast } from '../src/host/index.ts'
import { changedBundles, changedTiles, decodeBundle, tilePath } from '../src/log/index.ts'
import { check } from '../src/registry/index.ts'
import { ordersOf } from '../src/registry/model/orders.ts'
import { findByImei } from '../src/registry/model/subjects.ts'
import { ask } from './ask.ts'
import { World, imeiNumber, type Handset } from './world.ts'

let world: World
/** Home again, still stolen, never touched; and a number nobody enrolled. */
let returned: Handset
let stolen: Handset
let untouched: Handset
const bare = imeiNumber(901)
let caseId: string

beforeAll(async () => {
  world = await World.boot()
  ;[returned, stolen, untouched] = (await world.enrol(3)) as [Handset, Handset, Handset]
  const { reference } = await returned.owner.report('theft')
  caseId = (await world.lock({ reference })).caseId
  await world.lock({ imei: stolen.imei })
  await world.lock({ imei: bare })
  await world.first.found(caseId, 'EX/PRIVATE', 'ZZ', world.force)
  await world.first.release(caseId, 'returned', world.force)
  await returned.owner.confirmRelease(reference)
  await world.settle()
})
afterAll(() => world[Symbol.asyncDispose]())

async function read(path: string): Promise<Uint8Array> {
  const answer = await fetch(`${world.registryUrl}/log/${path}`)
  expect(answer.status).toBe(200)
  return new Uint8Array(await answer.arrayBuffer())
}

/** All that is public: every byte of every file of the log. */
async function publicLog() {
  const checkpoint = await read('checkpoint')
  const size = Number(new TextDecoder().decode(checkpoint).split('\n')[1])
  const entries: Uint8Array[] = []
  const files = [checkpoint]
  for (const bundle of changedBundles(0, size)) {
    const bytes = await read(tilePath(bundle))
    entries.push(...decodeBundle(bytes, bundle.width))
    files.push(bytes)
  }
  for (const tile of changedTiles(0, size)) files.push(await read(tilePath(tile)))
  const orders = entries
    .map((entry) => parseEntry(entry))
    .filter(({ kind }) => kind === 'order')
    .map(({ body }) => parseOrder(body.payload))
  return { bytes: concat(...files), entries, orders }
}

/** Every way to name these phones that a stranger who knows them could think of. */
async function namesOf(...imeis: readonly string[]): Promise<DeviceIds[]> {
  const names: DeviceIds[] = []
  for (const imei of imeis) {
    const subject = await findByImei(world.database.db, imei as never)
    if (subject) names.push(subject.ids)
    names.push({ dak: null, imeis: [imei as never], serial: null })
  }
  return names
}

/** Tries every salt on every name: the indexes of those of which an order speaks. */
function guess(
  orders: readonly Order[],
  names: readonly DeviceIds[],
  salts: Iterable<Uint8Array>,
): Set<number> {
  const hidden = new Set(orders.map(({ dev }) => toHex(dev)))
  const hits = new Set<number>()
  const prefix = concat(utf8('stolen-mode/v1/device'), new Uint8Array(1))
  // The commitment's tail is the same for every salt of one name.
  const tails = names.map((ids) => deviceTail(ids))
  for (const salt of salts)
    for (const [i, tail] of tails.entries())
      if (hidden.has(toHex(sha256Fast(concat(prefix, salt, tail))))) hits.add(i)
  return hits
}

/** What follows the salt: checked against the real commitment, lest the search look for nothing. */
function deviceTail(ids: DeviceIds): Uint8Array {
  const tail = encodeIds(ids)
  const salt = new Uint8Array(32).fill(7)
  const whole = concat(utf8('stolen-mode/v1/device'), new Uint8Array(1), salt, tail)
  expect(sha256Fast(whole)).toEqual(deviceCommitment(salt, ids))
  return tail
}

function encodeIds({ dak, imeis, serial }: DeviceIds): Uint8Array {
  const text = (value: string) => concat(Uint8Array.of(0x60 + value.length), utf8(value))
  return concat(
    Uint8Array.of(0x83),
    dak ? concat(Uint8Array.of(0x58, 32), dak) : Uint8Array.of(0xf6),
    Uint8Array.of(0x80 + imeis.length),
    ...imeis.map((imei) => text(imei)),
    serial === null ? Uint8Array.of(0xf6) : text(serial),
  )
}

function* windows(bytes: Uint8Array): Generator<Uint8Array> {
  yield new Uint8Array()
  yield new Uint8Array(32)
  for (let at = 0; at + 32 <= bytes.length; at++) yield bytes.subarray(at, at + 32)
}

describe('A64: from the log alone', () => {
  test('no IMEI can be tested: every byte string of the log as salt, every phone of the world', async () => {
    const { bytes, orders } = await publicLog()
    expect(orders).toHaveLength(6)
    const imeis = [returned.imei, stolen.imei, untouched.imei, bare]
    const names = await namesOf(...imeis)
    expect(guess(orders, names, windows(bytes))).toEqual(new Set())
    const text = Buffer.from(bytes).toString('latin1')
    for (const imei of imeis) expect(text).not.toContain(imei)
    // The same search finds all of them with what only the registry has.
    const rows = await world.database.db.selectFrom('orders').select('opening').execute()
    const openings = rows.map(({ opening }) => parseOpening(new Uint8Array(opening)))
    const found = guess(
      orders,
      names,
      openings.map(({ salt }) => salt),
    )
    const imeisFound = new Set([...found].map((i) => names[i]!.imeis[0]))
    expect(imeisFound).toEqual(new Set([returned.imei, stolen.imei, bare]))
  })

  test('an owner whose key a release has shown is found nowhere else', async () => {
    const { bytes, orders } = await publicLog()
    const release = orders.find(({ act }) => act === 'release')!
    const committed = orders.filter(({ okc }) => okc !== undefined)
    const opened = (key: PublicKey, salt: Uint8Array) =>
      committed.filter(({ okc }) => toHex(okc!) === toHex(ownerCommitment(salt, key)))
    const { key, salt } = release.okey!
    expect(opened(key, salt)).toHaveLength(1)
    // All salts the log holds open just that one: not the hold before it, nor any other phone's.
    const hits = new Set<string>()
    for (const candidate of windows(bytes.subarray(0, bytes.length)))
      if (candidate.length === 32)
        for (const { oid } of opened(key, candidate)) hits.add(toHex(oid))
    expect(hits.size).toBe(1)
  })

  test('no salt is used twice, and no two orders show the same commitment', async () => {
    const { orders } = await publicLog()
    const { db } = world.database
    const kept = await db.selectFrom('orders').selectAll().execute()
    const cases = await db.selectFrom('cases').select('case_salt').execute()
    const exhibits = await db.selectFrom('recoveries').select('exhibit_salt').execute()
    const devices = await db.selectFrom('devices').select('record_salt').execute()
    const salts = [
      ...kept.map(({ opening }) => parseOpening(new Uint8Array(opening)).salt),
      ...kept.flatMap(({ owner_salt: salt }) => (salt ? [salt] : [])),
      ...cases.map(({ case_salt: salt }) => salt),
      ...exhibits.map(({ exhibit_salt: salt }) => salt),
      ...devices.map(({ record_salt: salt }) => salt),
    ].map((salt) => toHex(new Uint8Array(salt)))
    expect(salts.length).toBeGreaterThan(14)
    expect(new Set(salts).size).toBe(salts.length)
    const shown = orders.flatMap(({ dev, okc }) => [dev, ...(okc ? [okc] : [])]).map(toHex)
    expect(new Set(shown).size).toBe(shown.length)
  })

  test('lengths tell nothing of the device but whether an owner key stands behind it', async () => {
    const { entries } = await publicLog()
    const locks = entries
      .map((entry) => ({ entry, parsed: parseEntry(entry) }))
      .filter(({ parsed }) => parsed.kind === 'order')
      .map(({ entry, parsed }) => ({ entry, order: parseOrder(parsed.body.payload) }))
      .filter(({ order }) => order.act === 'lock' && order.of === undefined)
    // Field and hash of the commitment, which the law needs: without it nothing is released yet.
    const plain = locks.map(({ entry, order }) => entry.length - (order.okc ? 35 : 0))
    expect(new Set(locks.map(({ order }) => order.okc !== undefined))).toEqual(
      new Set([true, false]),
    )
    expect(new Set(plain).size).toBe(1)
  })

  test('an answer to a check has one length, hit or miss', async () => {
    const answers = []
    for (const imei of [stolen.imei, returned.imei, untouched.imei, bare, imeiNumber(999)])
      answers.push(await ask(world, { path: '/v1/checks', body: { imei: withCheckDigit(imei) } }))
    expect(answers.map(({ json }) => json['state'])).toEqual([
      'stolen',
      'protected',
      'protected',
      'stolen',
      'protected',
    ])
    const shape = answers.map(({ text, headers }) => [
      Buffer.byteLength(text),
      [...headers.keys()].join(),
    ])
    expect(new Set(shape.map(String)).size).toBe(1)
  })

  test('a hit takes no longer than a miss', async () => {
    const { context } = world.running
    const time = async (imei: Handset['imei']) => {
      const start = performance.now()
      await check(context, { imei })
      const took = performance.now() - start
      // What a hit leaves to do (its sighting) must not be counted against what comes next.
      await sql`select 1`.execute(world.database.db)
      return took
    }
    const ratio = async () => {
      const hits: number[] = []
      const misses: number[] = []
      for (let i = 0; i < 60; i++) {
        hits.push(await time(stolen.imei))
        misses.push(await time(imeiNumber(990)))
      }
      return median(hits) / median(misses)
    }
    // The machine is shared: one calm measurement out of five is enough.
    let best = Infinity
    for (let i = 0; i < 5 && best > 1.5; i++) {
      const now = await ratio()
      best = Math.min(best, Math.max(now, 1 / now))
    }
    expect(best).toBeLessThan(1.5)
  })
})

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Everything the database holds, bytes in hexadecimal. */
async function dump(): Promise<string> {
  const { db } = world.database
  const { rows: tables } = await sql<{ name: string }>`select tablename as name from pg_tables
    where schemaname = current_schema()`.execute(db)
  const texts = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select row_to_json(t)::text as row
      from ${sql.table(name)} t`.execute(db)
    texts.push(...rows.map(({ row }) => row))
  }
  return texts.join('\n')
}

describe('A100: the private data of a device can be destroyed', () => {
  const registry = () => world.founding.registry[0].signer
  const erase = (imei: Handset['imei'], by = registry()) =>
    ask(world, { path: '/v1/erasures', body: { imei: withCheckDigit(imei) }, by })

  test('never of a stolen phone, while a case is open, or for anybody but the registry', async () => {
    expect(await erase(stolen.imei)).toMatchObject({ status: 409, code: 'wrong-state' })
    expect(await erase(bare)).toMatchObject({ code: 'wrong-state' })
    const { officers, operators } = world.founding
    for (const { signer } of [officers[0]!, operators[0]!])
      expect(await erase(returned.imei, signer)).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await erase(imeiNumber(998))).toMatchObject({ status: 404, code: 'not-found' })
    const { id } = await world.first.openCase({
      crimeReference: 'WORLD/OPEN',
      why: 'theft',
      imei: untouched.imei,
    })
    expect(await erase(untouched.imei)).toMatchObject({ code: 'wrong-state' })
    expect((await world.first.case(id)).state).toBe('open')
  })

  test('openings, salts and owner are gone; log, feed, start and the next lock go on', async () => {
    const { db } = world.database
    const subject = (await findByImei(db, returned.imei))!
    const known = (await ordersOf(db, [subject.id])).get(subject.id)!
    expect(known.map(({ order }) => order.act)).toEqual(['hold', 'lock', 'found', 'release'])
    const device = await db
      .selectFrom('devices')
      .selectAll()
      .where('id', '=', subject.ids.dak!)
      .executeTakeFirstOrThrow()
    const files = await db.selectFrom('cases').selectAll().where('id', '=', caseId).execute()
    const secrets = [
      ...known.flatMap(({ opening, ownerSalt }) => [
        parseOpening(opening).salt,
        ...(ownerSalt ? [ownerSalt] : []),
      ]),
      new Uint8Array(files[0]!.case_salt),
      new Uint8Array(device.record_salt),
      new Uint8Array(device.card_hash!),
    ].map(toHex)
    // The salt of the lock's commitment and the owner's key were made public by the release itself.
    const { orders } = await publicLog()
    const shown = toHex(orders.find(({ act }) => act === 'release')!.okey!.salt)
    const hidden = secrets.filter((secret) => secret !== shown)
    const before = await dump()
    for (const secret of hidden) expect(before).toContain(secret)

    const answer = await erase(returned.imei)
    expect(answer.json).toEqual({ orders: 4, cases: 1, reports: 1, sightings: 0, owner: true })

    const after = await dump()
    for (const secret of hidden) expect(after).not.toContain(secret)
    expect(after).not.toContain('EX/PRIVATE')
    const now = await db
      .selectFrom('devices')
      .selectAll()
      .where('id', '=', subject.ids.dak!)
      .executeTakeFirstOrThrow()
    expect(now).toMatchObject({ owner_key: null, owner_thumbprint: null, card_hash: null })

    // The log is what it was, and the registry starts on it.
    await world.audit()
    await world.stopRegistry()
    await world.startRegistry()
    // A register that begins afresh follows the log without these openings, and keeps the others.
    await world.stopEdge()
    rmSync(join(world.folder, 'edge'), { recursive: true })
    await world.startEdge()
    await world.audit()
    expect(await world.probe.ask(stolen.imei)).toBe('BLACKLISTED')
    expect(await world.probe.ask(returned.imei)).toBe('WHITELISTED')
    const { json } = await ask(world, {
      method: 'GET',
      path: '/v1/snapshot/0',
      by: world.founding.operators[0]!.signer,
    })
    const chunk = json as { entries: { opening: string | null }[] }
    for (const { index } of known) expect(chunk.entries[index]!.opening).toBeNull()
    expect(chunk.entries.filter(({ opening }) => opening !== null)).toHaveLength(2)

    // The phone has counted: its next lock continues where the erased orders ended.
    const { index } = await world.lock({ imei: returned.imei })
    await world.audit()
    expect(returned.phone.screen()).toMatchObject({ kind: 'stolen' })
    const entry = (await publicLog()).entries[index]!
    expect(parseOrder(parseEntry(entry).body.payload).ctr).toBe(5)

    // Whoever can write in the database cannot free a phone by calling its lock erased.
    await db.insertInto('erased_orders').values({ log_index: index }).execute()
    await db.deleteFrom('orders').where('log_index', '=', BigInt(index)).execute()
    await world.stopRegistry()
    await expect(world.startRegistry()).rejects.toMatchObject({ code: 'row-disagrees-with-log' })
  })
})
