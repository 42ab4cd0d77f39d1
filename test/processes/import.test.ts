import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDraft, sendEach, signDraft } from '../../src/cli/clients/drafts.ts'
import { approveList } from '../../src/cli/clients/list-approval.ts'
import { importList, type ListImport } from '../../src/cli/clients/list-import.ts'
import { APPROVER, FORCE, type OfficerDesk } from '../../src/cli/clients/officer.ts'
import { readStolenList } from '../../src/cli/lists/read-list.ts'
import {
  checkOpening,
  parseOpening,
  toHex,
  type Imei14,
  type Signer,
} from '../../src/core/index.ts'
import { ordersOf } from '../../src/registry/model/orders.ts'
import { findByImei } from '../../src/registry/model/subjects.ts'
import { BatchAnswer, BatchRowsAnswer } from '../../src/wire/index.ts'
import { describeOnEachEngine } from '../database.ts'
import { World, imeiNumber } from '../world.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HOUR = 3_600_000
const quiet = () => ({ advance: () => undefined, stop: () => undefined })
const refusal = (code: string) => ({ name: 'Refusal', code })

/** What one row says about a number. */
type Said = readonly [imei: string, status?: string]

function full(rows: readonly Said[], name = `${randomUUID()}.csv`): string {
  const lines = rows.map(([imei, status = 'blacklist']) => `${imei},20260311,${status}`)
  return file(name, ['imei,reporting_date,status', ...lines])
}

function delta(
  rows: readonly (readonly [imei: string, change: string, status?: string])[],
): string {
  const lines = rows.map(([imei, change, status = 'blacklist']) => `${imei},,${status},${change}`)
  return file(`${randomUUID()}.csv`, ['imei,reporting_date,status,change_type', ...lines])
}

const add = (imeis: readonly string[], status = 'blacklist') =>
  delta(imeis.map((imei) => [imei, 'add', status]))

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** Officers of one world at work on lists. */
class Intake {
  readonly world: World

  constructor(world: World) {
    this.world = world
  }

  async import(path: string, wish: Partial<ListImport> = {}) {
    const list = await readStolenList(path)
    const officer = this.officer(0)
    const settled = { why: 'theft', prefix: null, shrinkReason: null, progress: quiet } as const
    return importList({ desk: this.world.first, officer, list, ...settled, ...wish })
  }

  approve(batchId: string, reason: string | null = 'checked', by = 1) {
    const officer = this.officer(by)
    const desk = this.world.desk(officer)
    const { force } = this.world
    return approveList({ desk, officer, force, batchId, reason, progress: quiet })
  }

  officer(n: number): Signer {
    return this.world.founding.officers[n]!.signer
  }

  batch(id: string, desk: OfficerDesk = this.world.second) {
    return desk.get(`/v1/batches/${id}`, BatchAnswer)
  }

  async orders(imei: Imei14) {
    const { db } = this.world.running.context
    const subject = await findByImei(db, imei)
    return subject ? ((await ordersOf(db, [subject.id])).get(subject.id) ?? []) : []
  }

  async answers(imeis: readonly Imei14[]): Promise<readonly string[]> {
    await this.world.settle()
    const answers = new Set<string>()
    for (const imei of imeis) answers.add(await this.world.probe.ask(imei))
    return [...answers]
  }

  get logSize(): number {
    return this.world.running.context.sequencer.ledger.size
  }
}

/** Numbers that no other test of this file uses. */
let next = 1_000
const numbers = (count: number): Imei14[] =>
  Array.from({ length: count }, () => imeiNumber((next += 1)))

describe('a stolen list as a police intake', () => {
  let world: World
  let police: Intake
  beforeAll(async () => {
    world = await World.boot({ capPerHour: 2_000 })
    police = new Intake(world)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test('300 rows: proposed by one officer, approved by another, each its own order', async () => {
    const { phone, imei: enrolled } = await world.enrolOne()
    const bare = numbers(299)
    const bad = ['12345', 'ABCDEF', '']
    const rows: Said[] = [
      ...[enrolled, ...bare].map((imei): Said => [imei]),
      ...bad.map((b): Said => [b]),
    ]
    const path = full([...rows, [bare[0]!, 'lost?']], 'first.csv')
    const list = await readStolenList(path)

    const imported = await police.import(path)
    expect(imported.results).toEqual({ proposed: 300, refused: 4 })
    expect(imported.refused.map(({ line }) => line)).toEqual([302, 303, 304, 305])
    expect(imported.batch).toMatchObject({ state: 'complete', rows: 300, setAside: 4 })
    expect(await police.answers([enrolled, ...bare.slice(0, 5)])).toEqual(['WHITELISTED'])

    const { id } = imported.batch
    const seen = await police.batch(id)
    expect(seen).toMatchObject({ cases: { proposed: 300 }, refusedCount: 4, entries: 0 })
    expect(seen.refused.map(({ code }) => code)).toEqual([
      'imei-unusable',
      'imei-unusable',
      'imei-unusable',
      'status-unknown',
    ])

    const before = police.logSize
    await expect(police.approve(id, 'mine', 0)).rejects.toMatchObject(refusal('same-officer'))
    await expect(police.approve(id, null)).rejects.toMatchObject(refusal('import-mass-change'))
    expect(police.logSize).toBe(before)

    const approved = await police.approve(id)
    expect(approved).toMatchObject({ locked: 300, refused: [], cap: null })
    expect(approved.batch).toMatchObject({ state: 'approved', cases: { locked: 300 } })
    expect(police.logSize).toBe(before + 300)
    expect(await police.answers([enrolled, ...bare])).toEqual(['BLACKLISTED'])
    await phone.sync()
    expect(phone.screen()).toMatchObject({ kind: 'stolen' })

    const [order] = await police.orders(enrolled)
    const ids = checkOpening(order!.order, parseOpening(order!.opening))
    expect(ids.dak).not.toBeNull()
    expect(ids.imeis).toEqual([enrolled])
    expect(toHex(order!.order.clu!)).toBe(list.fileHash)

    // A release that waits for its owner is none of the list's business.
    await world.first.release(order!.caseId!, 'returned', world.force)

    // The same file again changes nothing, whoever looks.
    const again = await police.import(path)
    expect(again.batch).toEqual(approved.batch)
    expect(again.results).toEqual({ unchanged: 300, refused: 4 })
    expect(await police.approve(id, null)).toMatchObject({ locked: 0, refused: [], cap: null })
    expect(police.logSize).toBe(before + 300)
    await world.audit()
  })

  test('a second list that overlaps: what is locked or proposed already changes nothing', async () => {
    const [a, b, c] = numbers(3) as [Imei14, Imei14, Imei14]
    const first = await police.import(add([a]))
    await police.approve(first.batch.id)
    await police.import(add([b]))
    const second = await police.import(add([a, b, c]))
    expect(second.results).toEqual({ unchanged: 2, proposed: 1 })
    expect(await police.approve(second.batch.id)).toMatchObject({ locked: 1 })
    expect(await police.answers([a, c])).toEqual(['BLACKLISTED'])
    expect(await police.answers([b])).toEqual(['WHITELISTED'])
  })

  test('pending leaves a case open, and the list that says stolen afterwards moves it on', async () => {
    const [imei] = numbers(1) as [Imei14]
    const pending = await police.import(add([imei], 'pending'))
    expect(pending.results).toEqual({ open: 1 })
    expect(await police.approve(pending.batch.id)).toMatchObject({ locked: 0 })
    const stolen = await police.import(delta([[imei, 'update']]))
    expect(stolen.results).toEqual({ proposed: 1 })
    expect((await police.batch(pending.batch.id)).cases).toEqual({ withdrawn: 1 })
    expect(await police.approve(stolen.batch.id)).toMatchObject({ locked: 1 })
  })

  test('pending after stolen takes back what nobody approved', async () => {
    const [imei] = numbers(1) as [Imei14]
    const stolen = await police.import(add([imei]))
    expect((await police.import(add([imei], 'pending'))).results).toEqual({ open: 1 })
    expect(await police.approve(stolen.batch.id)).toMatchObject({ locked: 0, refused: [] })
    expect(await police.answers([imei])).toEqual(['WHITELISTED'])
  })

  test('recovered and remove: a proposal is withdrawn, a lock stands and is listed', async () => {
    const [standing, waiting, unheard] = numbers(3) as [Imei14, Imei14, Imei14]
    await police.approve((await police.import(add([standing]))).batch.id)
    const proposed = await police.import(add([waiting]))
    const path = delta([
      [standing, 'update', 'recovered'],
      [waiting, 'remove'],
      [unheard, 'remove'],
    ])
    const back = await police.import(path)
    expect(back.results).toEqual({ standing: 1, withdrawn: 1, unchanged: 1 })
    expect(back.standing).toEqual([2])
    expect((await police.batch(proposed.batch.id)).cases).toEqual({ withdrawn: 1 })
    expect(await police.approve(proposed.batch.id)).toMatchObject({ locked: 0, refused: [] })
    expect(await police.answers([standing])).toEqual(['BLACKLISTED'])

    // Listed again, taken up again; the old removal, imported again, does not reach the new case.
    const relisted = await police.import(delta([[waiting, 'update']]))
    expect(relisted.results).toEqual({ proposed: 1 })
    expect((await police.import(path)).results).toEqual({ standing: 1, unchanged: 2 })
    expect((await police.batch(relisted.batch.id)).cases).toEqual({ proposed: 1 })
  })

  test("an officer's own case is not the list's to take back, or to double", async () => {
    const [imei] = numbers(1) as [Imei14]
    const { id } = await world.first.openCase({ crimeReference: 'OWN/1', why: 'theft', imei })
    await world.first.propose(id)
    expect((await police.import(add([imei]))).results).toEqual({ unchanged: 1 })
    expect((await police.import(delta([[imei, 'remove']]))).results).toEqual({ unchanged: 1 })
    expect((await world.second.case(id)).state).toBe('proposed')
    await world.second.approve(await world.second.waiting(id, 'lock'), world.force)
    expect(await police.answers([imei])).toEqual(['BLACKLISTED'])
  })

  test('interrupted between two requests, and between rows and signatures: resumes', async () => {
    const imeis = numbers(600)
    const path = add(imeis)
    const list = await readStolenList(path)
    const interrupted = () => ({
      advance: () => {
        throw new Error('Ctrl-C')
      },
      stop: () => undefined,
    })
    await expect(police.import(path, { progress: interrupted })).rejects.toThrow('Ctrl-C')
    const { id } = await world.first.post('/v1/batches', opening(list), BatchAnswer)
    const half = await police.batch(id)
    expect(half).toMatchObject({ state: 'open', cases: { proposed: 500 } })
    await expect(police.approve(id)).rejects.toMatchObject(refusal('import-incomplete'))
    const rows = list.rows.slice(500).map(({ line, imei, claim }) => ({ row: line, imei, claim }))
    await world.first.post(`/v1/batches/${id}/rows`, { rows }, BatchRowsAnswer) // died before signing
    await expect(
      world.first.post(`/v1/batches/${id}/completion`, {}, BatchAnswer),
    ).resolves.toMatchObject({ state: 'complete' })

    const { batch, results } = await police.import(path)
    expect(results).toEqual({ unchanged: 500, proposed: 100 })
    expect(batch).toMatchObject({ state: 'complete', cases: { proposed: 600 } })

    // Approval, too, goes on where it stopped: here after two signatures of the first page.
    const { items } = await world.second.batchDrafts(id, null)
    await world.second.post(`/v1/batches/${id}/approval`, { reason: 'checked' }, BatchAnswer)
    const signed = items.slice(0, 2).flatMap((item) => {
      const draft = readDraft(item, 'lock')
      return [signDraft(draft, APPROVER, police.officer(1)), signDraft(draft, FORCE, world.force)]
    })
    await sendEach(world.registryUrl, signed.slice(0, 3))
    const rest = await police.approve(id, null)
    expect(rest).toMatchObject({ locked: 599, refused: [], cap: null })
    expect(rest.batch.cases).toEqual({ locked: 600 })
    expect(await police.answers(imeis.slice(0, 20))).toEqual(['BLACKLISTED'])
  })

  test('is the importing officer’s alone, and grows no more once it is complete', async () => {
    const path = add(numbers(1))
    const { batch } = await police.import(path)
    const other = { desk: world.second, officer: police.officer(1) }
    await expect(police.import(path, other)).rejects.toMatchObject(refusal('forbidden'))
    const operator = world.founding.operators[0]!.signer
    await expect(
      police.import(add(numbers(1)), { desk: world.desk(operator), officer: operator }),
    ).rejects.toMatchObject(refusal('forbidden'))
    const rows = [{ row: 99, imei: numbers(1)[0]!, claim: 'locked' }]
    await expect(
      world.first.post(`/v1/batches/${batch.id}/rows`, { rows }, BatchRowsAnswer),
    ).rejects.toMatchObject(refusal('import-incomplete'))
  })

  test('two numbers of one phone: one order names both', async () => {
    const { imei } = await world.enrolOne()
    const [second] = numbers(1) as [Imei14]
    const { db } = world.running.context
    const { device_id } = await db
      .selectFrom('device_imeis')
      .selectAll()
      .where('imei14', '=', imei)
      .executeTakeFirstOrThrow()
    await db.insertInto('device_imeis').values({ imei14: second, device_id, slot: 2 }).execute()
    const { batch, results } = await police.import(add([second, imei]))
    expect(results).toEqual({ proposed: 1, unchanged: 1 })
    await police.approve(batch.id)
    const [order] = await police.orders(imei)
    expect(checkOpening(order!.order, parseOpening(order!.opening)).imeis).toEqual([imei, second])
    expect(await police.answers([imei, second])).toEqual(['BLACKLISTED'])
  })

  test('A78: a new full list: what it no longer names is withdrawn, or stands and is listed', async () => {
    const kept = numbers(8)
    const [locked, waiting] = numbers(2) as [Imei14, Imei14]
    await police.import(add([waiting]))
    await police.approve((await police.import(add([locked]))).batch.id)
    await expect(police.import(full([]))).rejects.toMatchObject(refusal('import-shrinks'))
    await expect(police.import(full(kept.map((imei) => [imei])))).rejects.toMatchObject(
      refusal('import-shrinks'),
    )
    const before = police.logSize
    const path = full(kept.map((imei) => [imei]))
    const { batch } = await police.import(path, { shrinkReason: 'a new district' })
    expect(batch).toMatchObject({ shrinkReason: 'a new district', missing: null })
    // One officer's word takes nothing back when so much would go.
    expect(await caseStates(waiting)).toEqual(['proposed'])
    await expect(police.approve(batch.id, null)).rejects.toMatchObject({ name: 'Refusal' })
    const approved = await police.approve(batch.id, 'seen by me too')
    expect(approved.locked).toBe(8)
    expect(await caseStates(waiting)).toEqual(['withdrawn'])
    expect(approved.batch.missing!.withdrawn).toBeGreaterThan(0)
    expect(approved.batch.missing!.standingCount).toBeGreaterThan(900)
    expect(police.logSize).toBe(before + 8)
    expect(await police.answers([locked])).toEqual(['BLACKLISTED'])

    // From eight to seven is within bounds: settled at once.
    const [late] = numbers(1) as [Imei14]
    await police.import(add([late]))
    const next = await police.import(full(kept.slice(1).map((imei) => [imei])))
    expect(next.results).toEqual({ unchanged: 7 })
    expect(next.batch.missing!.withdrawn).toBe(1)
    expect(await caseStates(late)).toEqual(['withdrawn'])
  })

  async function caseStates(imei: Imei14): Promise<readonly string[]> {
    const { db } = world.running.context
    const subject = await findByImei(db, imei)
    const rows = await db
      .selectFrom('cases')
      .select('state')
      .where('subject_id', '=', subject?.id ?? '')
      .execute()
    return rows.map(({ state }) => state)
  }
})

function opening(list: Awaited<ReturnType<typeof readStolenList>>) {
  const { source, fileHash, kind, rows, refused } = list
  return {
    source,
    fileHash,
    kind,
    rows: rows.length,
    setAside: refused.length,
    why: 'theft',
    prefix: null,
    shrinkReason: null,
  }
}

describeOnEachEngine("an approval at the force's cap", (open) => {
  test('stops, says when it frees, goes on later; what lapsed meanwhile is drafted anew', async () => {
    const database = await open()
    await using world = await World.boot({ database, capPerHour: 5 })
    const police = new Intake(world)
    const imeis = numbers(8)
    const path = add(imeis)
    const { batch } = await police.import(path)
    const capped = await police.approve(batch.id)
    expect(capped).toMatchObject({ locked: 5, refused: [], cap: { waiting: 3 } })
    const seconds = world.surroundings.clock() / 1000
    expect(capped.cap!.freesAtSeconds).toBeGreaterThan(seconds + 3_500)
    expect(capped.cap!.freesAtSeconds).toBeLessThan(seconds + 3_601)
    expect(await police.approve(batch.id, null)).toMatchObject({ locked: 0, cap: { waiting: 3 } })

    // One of the waiting is taken back meanwhile.
    const waiting: Imei14[] = []
    for (const imei of imeis) if ((await police.orders(imei)).length === 0) waiting.push(imei)
    expect(waiting).toHaveLength(3)
    const back = await police.import(delta([[waiting[0]!, 'remove']]))
    expect(back.results).toEqual({ withdrawn: 1 })

    // Six days are longer than a draft lives: the same file again drafts the rest anew.
    world.advance(7 * 24 * HOUR)
    const late = await police.approve(batch.id, null)
    expect(late.refused.map(({ code }) => code)).toEqual(['window', 'window'])
    expect((await police.import(path)).results).toEqual({ unchanged: 6, proposed: 2 })
    expect(await police.approve(batch.id, null)).toMatchObject({
      locked: 2,
      refused: [],
      cap: null,
    })
    expect(await police.orders(waiting[0]!)).toEqual([])
    expect((await police.batch(batch.id)).cases).toEqual({ locked: 7, withdrawn: 1 })
  })
})
