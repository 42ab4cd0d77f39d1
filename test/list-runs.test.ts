import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { approvePair, endIdentity, proposePair } from '../src/cli/clients/identities.ts'
import { OfficerDesk } from '../src/cli/clients/officer.ts'
import { writeRun } from '../src/cli/lists/runs.ts'
import {
  blacklistNow,
  exceptionsNow,
  notificationsNow,
  type ListNow,
  type ListSource,
} from '../src/cli/lists/wanted.ts'
import { maskImei, withCheckDigit, type Imei14 } from '../src/core/index.ts'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'

const OWNER = '001010000000001'
const THIEF = '001010000000002'
const ABROAD = '001010000000003'

let world: World
let source: ListSource
let folder: string
beforeAll(async () => {
  world = await World.boot()
  const { signer } = world.founding.operators[0]!
  const desk = new OfficerDesk(world.registryUrl, signer, world.surroundings.clock)
  source = { desk, trust: world.trust, spell: (imei14) => imei14 }
})
afterAll(async () => world[Symbol.asyncDispose]())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stolen-mode-runs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const operator = () => world.founding.operators[0]!.signer
const runs = () => join(folder, 'runs')
/** Everything said so far stands in a published tree, of a log time that no run before has had. */
async function later(): Promise<void> {
  await world.settle()
  const timeOf = async () => (await blacklistNow(source)).at.time
  const before = await timeOf()
  world.advance(61_000)
  await world.until(async () => (await timeOf()) > before)
}
const put = (now: ListNow, massChange: string | null = null) =>
  writeRun(runs(), { ...now, massChange }, operator())
const text = (name: string) => readFileSync(join(runs(), name), 'utf8')
const linesOf = (name: string) => text(name).trim().split('\n').slice(1)

describe('the pages of a list', () => {
  const FIRST = '0'.repeat(8) + '-0000-0000-0000-' + '0'.repeat(12)
  const page = (list: string, cursor: string) =>
    ask(world, { method: 'GET', path: `/v1/${list}?cursor=${cursor}`, by: operator() })

  test('rest on the log state of the first, whatever is logged meanwhile', async () => {
    await world.lock({ imei: imeiNumber(690) })
    await later()
    const { at, lines } = await blacklistNow(source)
    await world.lock({ imei: imeiNumber(691) })
    await world.settle()
    const then = `${at.treeSize}.${at.guardedSize}`
    const { json } = await page('blacklist', `${FIRST}.${then}`)
    expect(json).toMatchObject({ treeSize: at.treeSize, guardedSize: at.guardedSize })
    const numbers = (json['items'] as { imei14: string }[]).map(({ imei14 }) => imei14)
    expect(numbers.toSorted()).toEqual(lines.map((line) => line.split(',')[0]))
    expect(numbers).not.toContain(imeiNumber(691))
    const beyond = at.treeSize + 1_000
    for (const cursor of [`${FIRST}.${beyond}.0`, `${FIRST}.0.${beyond}`, `${FIRST}.${then}.0`])
      expect((await page('blacklist', cursor)).code).toBe('bad-cursor')
    for (const cursor of [`0.${beyond}`, `0.${then}`])
      expect((await page('exceptions', cursor)).code).toBe('bad-cursor')
  })
})

describe('the blacklist in runs', () => {
  test('a full list, then changes that lead from tree size to tree size', async () => {
    await world.lock({ imei: imeiNumber(700) })
    await later()
    const first = (await put(await blacklistNow(source)))!
    expect(first.manifest).toMatchObject({ base: null, reason: null, list: 'blacklist' })
    const [full] = first.manifest.files
    expect(full!.name).toMatch(/^[0-9]{8}_[0-9]{6}_blacklist\.csv$/)
    const time = new Date(first.manifest.time * 1000).toISOString()
    expect(full!.name.slice(0, 8)).toBe(time.slice(0, 10).replaceAll('-', ''))
    expect(await put(await blacklistNow(source))).toBeNull()

    await world.lock({ imei: imeiNumber(701) })
    await later()
    const second = (await put(await blacklistNow(source)))!
    const way = `${first.manifest.treeSize}_${second.manifest.treeSize}`
    const names = second.manifest.files.map(({ name }) => name.slice('YYYYMMDD_HHMMSS'.length))
    expect(names).toEqual([
      '_blacklist.csv',
      ...['blocked', 'unblocked', 'changed'].map((kind) => `_blacklist_delta_${way}_${kind}.csv`),
    ])
    const blocked = linesOf(second.manifest.files[1]!.name)
    expect(blocked).toEqual([
      expect.stringMatching(new RegExp(`^${imeiNumber(701)},[0-9]{8},theft$`)),
    ])
    expect(second.manifest.base!.full).toEqual(full)
  })

  test('A78: more than one in a hundred stops, and a person with a reason lets it pass', async () => {
    for (let n = 710; n < 721; n++) await world.lock({ imei: imeiNumber(n) })
    await later()
    const now = await blacklistNow(source)
    await put({ ...now, lines: now.lines.slice(0, 2), at: { ...now.at, time: now.at.time - 60 } })
    await expect(put(now)).rejects.toMatchObject({ code: 'import-mass-change' })
    const stopped = readdirSync(runs()).filter((name) => name.endsWith('.cose'))
    expect(stopped).toHaveLength(1)
    const { manifest } = (await put(now, 'a force joined'))!
    expect(manifest.reason).toBe('a force joined')
    // A handful passes however short the list is.
    const few = now.lines.slice(0, -10)
    const at = { ...now.at, time: now.at.time + 60 }
    expect((await put({ ...now, at, lines: few }))!.manifest.reason).toBeNull()
  })

  test('a run before that somebody touched, or that no key of ours signed, is no base', async () => {
    const now = await blacklistNow(source)
    await put({ ...now, lines: now.lines.slice(1), at: { ...now.at, time: now.at.time - 60 } })
    const stranger = world.founding.officers[0]!.signer
    await expect(writeRun(runs(), { ...now, massChange: null }, stranger)).rejects.toMatchObject({
      code: 'signature',
    })
    const full = readdirSync(runs()).find((name) => name.endsWith('_blacklist.csv'))!
    appendFileSync(join(runs(), full), `${imeiNumber(999)},20260311,theft\n`)
    await expect(put(now)).rejects.toMatchObject({ code: 'snapshot-hash' })
  })

  test('an old run under a new name is no base: what came since would be told again', async () => {
    const now = await blacklistNow(source)
    const at = (back: number) => ({ ...now.at, time: now.at.time - back })
    const first = (await put({ ...now, lines: now.lines.slice(1), at: at(120) }))!
    await put({ ...now, at: at(60) })
    const old = readdirSync(runs()).find((name) => name.endsWith('_manifest.cose'))!
    copyFileSync(join(runs(), old), join(runs(), `21${old.slice(2)}`))
    expect(first.changes).toBeNull()
    await expect(put(now)).rejects.toMatchObject({ code: 'malformed' })
  })

  test('a smaller tree, another log, and a second run at one log time are refused', async () => {
    const now = await blacklistNow(source)
    await put(now)
    const { at, lines } = now
    const refused = (given: Partial<ListNow>) => put({ ...now, ...given })
    const fewer = lines.slice(1)
    await expect(refused({ at: { ...at, treeSize: at.treeSize - 1 } })).rejects.toMatchObject({
      code: 'tree-went-back',
    })
    await expect(refused({ at: { ...at, guardedSize: 0 } })).rejects.toMatchObject({
      code: 'tree-went-back',
    })
    await expect(refused({ at: { ...at, log: 'log.example/other' } })).rejects.toMatchObject({
      code: 'log-unknown',
    })
    await expect(refused({ lines: fewer })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a folder that is none is a sentence', async () => {
    writeFileSync(runs(), '')
    await expect(put(await blacklistNow(source))).rejects.toMatchObject({ code: 'not-found' })
  })

  test('files that no manifest followed are no run', async () => {
    const now = await blacklistNow(source)
    await put({ ...now, lines: [], at: { ...now.at, time: now.at.time - 60 } })
    for (const name of readdirSync(runs())) if (name.endsWith('.cose')) rmSync(join(runs(), name))
    expect((await put(now))!.manifest.base).toBeNull()
  })
})

describe('lists of one operator', () => {
  const data = (name: string, ...rows: string[]) => {
    const path = join(folder, name)
    writeFileSync(path, ['date,imei,imsi,msisdn,rat', ...rows, ''].join('\n'))
    return path
  }
  const today = () =>
    new Date(world.surroundings.clock()).toISOString().slice(0, 10).replaceAll('-', '')
  const row = (imei: Imei14, imsi: string, msisdn = '') =>
    `${today()},${withCheckDigit(imei)},${imsi},${msisdn},001`
  async function pair(imei: Imei14, caseId: string) {
    const honest = { caseId, imei: withCheckDigit(imei), imsi: OWNER }
    const [one, two] = world.founding.officers.map(({ signer }) => signer)
    await proposePair(world.first, { ...honest, days: 400, officer: one! })
    return approvePair(world.second, { ...honest, officer: two!, force: world.force })
  }

  test('A13: who is to be told, and who may go on: an honest pair moves from one list to the other', async () => {
    const imei = imeiNumber(730)
    const { caseId } = await world.lock({ imei })
    await later()
    const seen = data('op.csv', row(imei, OWNER, '447700900001'), row(imei, THIEF, '447700900002'))
    const notifications = await notificationsNow(source, 'op', seen)
    await put(notifications)
    expect(notifications.lines.map((line) => line.split(',').slice(0, 3))).toEqual([
      [imei, OWNER, '447700900001'],
      [imei, THIEF, '447700900002'],
    ])
    const exceptions = { operator: 'op', networks: [], data: seen }
    await put(await exceptionsNow(source, exceptions))

    const { index } = await pair(imei, caseId)
    await later()
    const told = (await put(await notificationsNow(source, 'op', seen)))!
    const spared = expect.stringContaining(OWNER) as unknown
    expect(Object.fromEntries(told.changes!)).toEqual({
      new: [],
      resolved: [spared],
      no_longer_seen: [],
      changed: [],
    })
    const excepted = (await put(await exceptionsNow(source, exceptions)))!
    expect(linesOf(excepted.manifest.files[0]!.name)).toEqual([`${imei},${OWNER},447700900001`])
    expect(excepted.changes!.get('added')).toHaveLength(1)
    const others = await exceptionsNow(source, { ...exceptions, networks: ['99999'] })
    expect(others.lines).toEqual([])

    await endIdentity(world.first, {
      caseId,
      of: index!,
      officer: world.founding.officers[0]!.signer,
      force: () => Promise.resolve(world.force),
    })
    await later()
    expect((await put(await exceptionsNow(source, exceptions)))!.changes!.get('removed')).toEqual([
      `${imei},${OWNER},447700900001`,
    ])
    const gone = data('gone.csv', row(imei, OWNER, '447700900001'))
    const last = (await put(await notificationsNow(source, 'op', gone)))!
    expect(last.changes!.get('new')).toEqual([spared])
    expect(last.changes!.get('no_longer_seen')).toEqual([expect.stringContaining(THIEF)])
  })

  test('an operator’s file that would have letters written to one subscriber in a hundred stops', async () => {
    const now = await blacklistNow(source)
    const imeis = now.lines.map((line) => line.split(',')[0] as Imei14).slice(0, 11)
    expect(imeis).toHaveLength(11)
    const honest = Array.from({ length: 900 }, (_, n) => row(imeiNumber(2_000 + n), ABROAD, '1'))
    const before = await notificationsNow(source, 'other', data('a.csv', ...honest))
    await put({ ...before, at: { ...before.at, time: before.at.time - 60 } })
    const many = [...honest, ...imeis.map((imei) => row(imei, THIEF, '2'))]
    const after = await notificationsNow(source, 'other', data('b.csv', ...many))
    await expect(put(after)).rejects.toMatchObject({ code: 'import-mass-change' })
    await expect(put(after)).rejects.not.toThrow(maskImei(imeis[0]!).slice(0, 8))
  })

  test('no stranger gets the exceptions', async () => {
    const desk = world.first
    const whose = { operator: 'x', networks: [], data: null }
    await expect(exceptionsNow({ ...source, desk }, whose)).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})
