import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { signDraft } from '../src/cli/clients/drafts.ts'
import { FORCE, OfficerDesk } from '../src/cli/clients/officer.ts'
import { Owner } from '../src/cli/clients/owner.ts'
import { handIn, type HandedIn } from '../src/cli/production/hand-in.ts'
import { writeProofs } from '../src/cli/production/proofs.ts'
import {
  coseSign,
  distrustPayload,
  encodeDocument,
  fromBase64,
  parseBatch,
  parseEntry,
  parseMadeDevice,
  parseImei14,
  parseTac,
  signSale,
  statementPayload,
  thumbprint,
  toBase64,
  type Imei14,
} from '../src/core/index.ts'
import { Phone } from '../src/device/index.ts'
import { generateEs256, machine } from '../src/host/index.ts'
import { leafHash, verifyInclusion } from '../src/log/index.ts'
import { ask } from './ask.ts'
import { describeOnEachEngine } from './database.ts'
import { foundSeller, madeLine, makePhone, writeRun } from './made-run.ts'
import { World, imeiNumber } from './world.ts'

const quiet = () => ({ advance: () => undefined, stop: () => undefined })

function handing(
  world: World,
  file: string,
  changes: { needsSale?: boolean; desk?: OfficerDesk } = {},
) {
  const maker = world.founding.maker.signer
  const { desk = world.desk(maker), needsSale = false } = changes
  return handIn({ desk, maker, file, model: 'Example One', needsSale, progress: quiet })
}

/** Phones of which only their keys and numbers matter. */
const lines = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    madeLine(generateEs256().signer.key, [imeiNumber(first + i)], `BULK${first + i}`),
  )

/** The phone in a folder, switched on. */
async function switchedOn(world: World, dir: string): Promise<Phone> {
  const { registryUrl, surroundings, logger } = world
  const monotonic = () => performance.now()
  const phone = new Phone({ dir, registryUrl, country: 'ZZ', surroundings, monotonic, logger })
  await phone.powerOn()
  return phone
}

/** What a phone carries of its run. */
async function proofOf({ batch, read, tree }: HandedIn, line: number, world: World) {
  const index = read.lines.indexOf(line)
  const path = join(world.folder, 'proofs.ndjson')
  await writeProofs(path, { batch, read, tree, conflicts: [] })
  const [, ...rows] = readFileSync(path, 'utf8').trim().split('\n')
  const row = JSON.parse(rows[index]!) as { index: number; record: string; path: string[] }
  return {
    statement: fromBase64(batch.statement),
    record: fromBase64(row.record),
    index: row.index,
    path: row.path.map(fromBase64),
    model: 'Example One',
  }
}

const devicesOf = async (world: World) =>
  (await world.database.db.selectFrom('devices').select('id').execute()).length

describeOnEachEngine('a production run', (open) => {
  test('A47 A94 a run is one leaf: bad lines stop no good ones, a number taken before blocks nobody', async () => {
    await using world = await World.boot({ database: await open() })
    const earlier = await world.enrolOne() // imeiNumber(1)
    const own = await makePhone(world, imeiNumber(100))
    const stranger = parseImei14('00101702000001')
    const file = writeRun(world, 'run.ndjson', [
      own.line,
      ...lines(101, 20),
      'no json',
      madeLine(generateEs256().signer.key, [stranger], 'FOREIGN1'),
      own.line.replace(/"imeis":\["(\d{14})\d"/, '"imeis":["$10"'),
      own.line,
      madeLine(generateEs256().signer.key, [earlier.imei], 'CLONE001'),
      own.line.replace('"serial"', '"serials"'),
    ])
    const { sequencer } = world.running.context
    const before = sequencer.ledger.size
    const handed = await handing(world, file)
    expect(handed.read.leftOut).toEqual([
      { line: 22, code: 'malformed' },
      { line: 23, code: 'scope' },
      { line: 24, code: 'imei-check-digit' },
      { line: 25, code: 'identity-conflict' },
      { line: 27, code: 'malformed' },
    ])
    expect(handed.conflicts).toEqual([26])
    expect(handed.batch).toMatchObject({ count: 22, enrolled: 21, index: before })
    expect(sequencer.ledger.size).toBe(before + 1)
    const signals = await world.database.db.selectFrom('clone_signals').select('imei14').execute()
    expect(signals.map(({ imei14 }) => imei14)).toEqual([earlier.imei])
    const entry = await world.database.db
      .selectFrom('entries')
      .select('leaf')
      .where('index', '=', BigInt(before))
      .executeTakeFirstOrThrow()
    expect(parseBatch(parseEntry(new Uint8Array(entry.leaf)).body.payload)).toMatchObject({
      type: 'enrolments',
      count: 21,
    })

    // The same file again: the same answer, and nothing new.
    const again = await handing(world, file)
    expect(again.batch).toEqual(handed.batch)
    expect(again.conflicts).toEqual([26])
    expect(sequencer.ledger.size).toBe(before + 1)
    expect(await devicesOf(world)).toBe(22)

    // The first evening: the phone carries its leaf and path, its owner types nothing and gets his card.
    const proof = await proofOf(handed, 1, world)
    verifyInclusion({
      index: proof.index,
      size: handed.batch.count,
      leaf: leafHash(proof.record),
      proof: proof.path,
      root: handed.tree.root,
    })
    const phone = await switchedOn(world, own.dir)
    const { signer: ownerKey, pem: ownerPem } = generateEs256()
    // Where the registry wants the hardware's word as well, a run does not replace it.
    await world.restartWith({ evidence: 'both' })
    await expect(phone.enrol({ ...proof, ownerKey })).rejects.toMatchObject({
      code: 'attestation-needed',
    })
    await world.restartWith({})
    const { card, index } = await phone.enrol({ ...proof, ownerKey })
    expect({ card, index }).toMatchObject({
      card: expect.stringMatching(/^[0-9A-Z]{10}$/),
      index: before,
    })
    await phone.activate()
    expect((await phone.enrol({ ...proof, ownerKey })).card).toBe(null)
    const owner = new Owner(world.registryUrl, card!, ownerKey)
    const { dak: device } = parseMadeDevice(proof.record)
    const handset = { phone, dir: '', record: proof.record, device, imei: own.imei }
    world.handsets.push({ ...handset, owner, ownerKey, ownerPem, card: card! })
    expect(await owner.report('theft')).toMatchObject({ state: 'held' })
    await world.lock({ imei: own.imei })
    await world.audit()
    expect(phone.screen()?.kind).toBe('stolen')
  })

  test('a run cut off at any request goes on, and ends as if it never had been', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const file = writeRun(world, 'run.ndjson', lines(1, 2_050))
    const { sequencer } = world.running.context
    const before = sequencer.ledger.size
    class Dying extends OfficerDesk {
      left = 0
      override async post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
        if (this.left-- <= 0) throw new Error('killed')
        const said = await super.post(path, body, answer)
        // Killed after the registry has done it, before anybody has heard.
        if (this.left === 0) throw new Error('killed')
        return said
      }
    }
    const maker = world.founding.maker.signer
    const desk = new Dying(world.registryUrl, maker, world.surroundings.clock)
    let runs = 0
    for (let left = 1; ; left++, runs++) {
      desk.left = left
      const handed = await handing(world, file, { desk }).catch((error: unknown) => {
        expect(String(error)).toContain('killed')
        return null
      })
      if (handed === null) continue
      expect(handed.batch).toMatchObject({ count: 2_050, enrolled: 2_050, index: before })
      break
    }
    expect(runs).toBeGreaterThan(2)
    expect(sequencer.ledger.size).toBe(before + 1)
    expect(await devicesOf(world)).toBe(2_050)
    const { db } = world.database
    expect((await db.selectFrom('device_imeis').select('imei14').execute()).length).toBe(2_050)
    expect((await db.selectFrom('subjects').select('id').execute()).length).toBe(2_050)
    expect((await db.selectFrom('made_devices').select('row_no').execute()).length).toBe(0)
  })
})

test('A31 a crate off the lorry: neither card nor token before its seller speaks, and each try is seen', async () => {
  await using world = await World.boot()
  const made = await makePhone(world, imeiNumber(1))
  const handed = await handing(
    world,
    writeRun(world, 'crate.ndjson', [made.line, ...lines(2, 3)]),
    {
      needsSale: true,
    },
  )
  const seller = await foundSeller(world)
  const proof = await proofOf(handed, 1, world)
  const phone = await switchedOn(world, made.dir)
  const thief = generateEs256().signer
  await expect(phone.enrol({ ...proof, ownerKey: thief })).rejects.toMatchObject({
    code: 'not-sold',
  })
  await expect(phone.activate()).rejects.toMatchObject({ code: 'not-sold' })
  const seen = await world.database.db
    .selectFrom('sightings')
    .select(['how', 'verdict', 'country'])
    .execute()
  expect(seen).toEqual([{ how: 'activation', verdict: 'not-sold', country: 'ZZ' }])

  const at = Math.floor(world.surroundings.clock() / 1000)
  const sale = (imei: Imei14, when = at, by = seller) => toBase64(signSale({ imei, at: when }, by))
  const tell = (sales: readonly string[], by = seller) =>
    ask(world, { path: '/v1/sales', body: { sales }, by })
  // Neither the maker, nor an operator, nor anybody's copy of a seller's word.
  for (const { signer } of [world.founding.maker, world.founding.operators[0]!])
    expect((await tell([sale(made.imei, at, signer)], signer)).code).toBe('forbidden')
  const { size } = world.running.context.sequencer.ledger
  const bad = [
    sale(made.imei, at, thief),
    sale(made.imei, at + 3_600),
    sale(imeiNumber(99)),
    'AAAA',
  ]
  const refused = await tell(bad)
  expect(refused.json).toMatchObject({
    index: null,
    results: [
      { result: 'refused', code: 'signature' },
      { result: 'refused', code: 'sighting-replayed' },
      { result: 'refused', code: 'not-found' },
      { result: 'refused', code: 'malformed' },
    ],
  })
  await expect(phone.activate()).rejects.toMatchObject({ code: 'not-sold' })
  expect(world.running.context.sequencer.ledger.size).toBe(size)

  const told = await tell([sale(made.imei), sale(made.imei), sale(imeiNumber(2))])
  expect(told.json).toMatchObject({
    index: size,
    results: [{ result: 'sold' }, { result: 'free' }, { result: 'sold' }],
  })
  expect((await tell([sale(made.imei)])).json).toMatchObject({
    index: null,
    results: [{ result: 'free' }],
  })
  const { signer: ownerKey, pem: ownerPem } = generateEs256()
  const { card } = await phone.enrol({ ...proof, ownerKey })
  await phone.activate()
  const owner = new Owner(world.registryUrl, card!, ownerKey)
  const { dak: device } = parseMadeDevice(proof.record)
  const handset = { phone, dir: '', record: proof.record, device, imei: made.imei }
  world.handsets.push({ ...handset, owner, ownerKey, ownerPem, card: card! })
  await world.audit()
})

test('A31 locked in its crate: no seller’s word and no first set-up frees a stolen phone', async () => {
  await using world = await World.boot()
  const made = await makePhone(world, imeiNumber(1))
  const handed = await handing(world, writeRun(world, 'crate.ndjson', [made.line]), {
    needsSale: true,
  })
  const seller = await foundSeller(world)
  await world.lock({ imei: made.imei })
  await world.settle()
  const at = Math.floor(world.surroundings.clock() / 1000)
  const sales = [toBase64(signSale({ imei: made.imei, at }, seller))]
  await ask(world, { path: '/v1/sales', body: { sales }, by: seller })
  const phone = await switchedOn(world, made.dir)
  const proof = await proofOf(handed, 1, world)
  const ownerKey = generateEs256().signer
  await expect(phone.enrol({ ...proof, ownerKey })).rejects.toMatchObject({
    code: 'activation-refused',
  })
  await expect(phone.activate()).rejects.toMatchObject({ code: 'activation-refused' })
  await phone.powerOff()
})

test('A94 a maker out of its models, at a release, and with a key that leaked', async () => {
  await using world = await World.boot()
  const { maker, national } = world.founding
  const made = await makePhone(world, imeiNumber(100))
  const root = machine.random(32)
  const foreign = statementPayload({
    id: machine.random(16),
    tacs: [parseTac('00101702')],
    count: 1,
    root,
    madeAt: Math.floor(world.surroundings.clock() / 1000),
  })
  const statement = encodeDocument(
    coseSign('application/stolen-batch+cbor', foreign, [maker.signer]),
  )
  const opening = { statement: toBase64(statement), model: 'Example One', needsSale: false }
  const open = (by = maker.signer) => ask(world, { path: '/v1/made-batches', body: opening, by })
  expect((await open()).code).toBe('scope')
  expect((await open(world.founding.operators[0]!.signer)).code).toBe('forbidden')

  const { imei, ownerKey } = await world.enrolOne()
  const { caseId } = await world.lock({ imei })
  const draft = await world.first.draft(caseId, { act: 'release', to: 'returned' })
  const signatures = [signDraft(draft, FORCE, maker.signer), signDraft(draft, 1, ownerKey)]
  const answer = await ask(world, { path: '/v1/signatures', body: { signatures } })
  expect(answer.code).toBe('signer-set')
  expect(await world.stateOf(imei)).toBe('stolen')

  // The key was abroad before this run: void from a leaf before it, and so is what it vouched for.
  const from = world.running.context.sequencer.ledger.size
  const handed = await handing(world, writeRun(world, 'run.ndjson', [made.line]))
  const key = thumbprint(maker.signer.key)
  const log = world.log.key.name
  const payload = distrustPayload({ key, from, reason: 1, kept: [], log })
  const body = coseSign('application/stolen-distrust+cbor', payload, [national.signer])
  await world.running.context.sequencer.submit({ kind: 'distrust', body })
  const phone = await switchedOn(world, made.dir)
  const proof = await proofOf(handed, 1, world)
  await expect(phone.enrol(proof)).rejects.toMatchObject({ code: 'distrusted' })
  await phone.powerOff()
  // What the key signs now begins nothing.
  const later = await makePhone(world, imeiNumber(101))
  const late = await switchedOn(world, later.dir)
  await expect(late.enrol(proof)).rejects.toMatchObject({ code: 'distrusted' })
  await late.powerOff()
  expect((await open()).code).toBe('unauthenticated')
  await world.audit()
})
