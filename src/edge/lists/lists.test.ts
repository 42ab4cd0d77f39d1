import { appendFile, mkdir, mkdtemp, readdir, rename, rm, rmdir, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EdgeLists } from '../../../test/edge-lists.ts'
import { EdgeLog, START, phone } from '../../../test/edge-log.ts'
import { EdgeRegistry } from '../../../test/edge-registry.ts'
import { N5gClient } from '../../../test/n5g-client.ts'
import { generateNoteSigner, machine, makeLogger } from '../../host/index.ts'
import { ED25519, snapshotKeyName, type NoteKey } from '../../log/index.ts'
import { startEdge, type Edge } from '../start.ts'

let home: string
let log: EdgeLog
let registry: EdgeRegistry
let lists: EdgeLists
let edge: Edge | null
let now: number

/** Waits at the least delay; everything else is as random as ever. */
const random = (length: number) => (length === 4 ? new Uint8Array(4) : machine.random(length))

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-lists-'))
  log = new EdgeLog()
  registry = await new EdgeRegistry(log).start()
  lists = new EdgeLists(log, registry)
  edge = null
  now = START
  registry.clock = () => now
})

afterEach(async () => {
  await edge?.close()
  await registry.stop()
  await rm(home, { recursive: true, force: true })
})

async function start(listsKey: NoteKey = lists.key.key): Promise<void> {
  edge = await startEdge({
    name: 'edge-1',
    signer: log.founding.operators[0]!.signer,
    trust: log.trust,
    registries: [{ origin: log.origin, url: registry.url, listsKey }],
    dataDir: join(home, 'data'),
    port: 0,
    adminPort: 0,
    country: 'ZZ',
    network: '00101',
    unknown: 'not-found',
    surroundings: { clock: () => now, random },
    logger: makeLogger('test', 'silent'),
  })
}

async function health(): Promise<Record<string, unknown>> {
  const response = await fetch(`${edge!.adminUrl}/healthz`)
  const { logs } = (await response.json()) as { logs: Record<string, unknown>[] }
  return logs[0]!
}

const until = (expected: Record<string, unknown>) =>
  vi.waitFor(async () => expect(await health()).toMatchObject(expected), {
    timeout: 20_000,
    interval: 50,
  })

/** The word about the phones with these serials: a status, or why there is none. */
async function check(...serials: readonly number[]): Promise<unknown[]> {
  await using client = new N5gClient(edge!.url)
  const answers = serials.map((serial) => client.check(`?pei=imei-${phone(serial).imei}0`))
  return (await Promise.all(answers)).map(({ status, json }) =>
    status === 200 ? json['status'] : status,
  )
}

const kept = async () =>
  (await readdir(join(home, 'data', 'log-log.example%2Fzz', 'evidence')).catch((): string[] => []))
    .map((name) => name.split('-').slice(0, 2).join('-'))
    .toSorted()

/** Three locked and one held, published; numbers as lists must have them. */
function stolen() {
  for (const serial of [1, 2, 3]) log.lock(phone(serial))
  log.hold(phone(4))
  registry.publish()
  return {
    black: [1, 2, 3].flatMap((serial) => [...phone(serial).ids.imeis]),
    grey: [...phone(4).ids.imeis],
  }
}

test('answers from lists while nothing is proved, and from proof as soon as there is one', async () => {
  registry.chunksServed = 0
  lists.snapshot(stolen())
  const { size } = log
  await start()
  await until({ headStartSize: size })
  expect(await check(1, 4, 9)).toEqual(['BLACKLISTED', 'GREYLISTED', 404])
  registry.chunksServed = Infinity
  await until({ headStartSize: null, comparedSize: size, alarms: [] })
  expect(await check(1, 4, 9)).toEqual(['BLACKLISTED', 'GREYLISTED', 404])
})

test('A87: what a snapshot says and the log does not is dropped, kept as evidence, and an alarm', async () => {
  registry.chunksServed = 0
  const { black, grey } = stolen()
  lists.snapshot({ black: [...black.slice(2), phone(9).imei], grey })
  await start()
  await until({ headStartSize: log.size })
  // A head start is believed: phone 9 is refused, and phone 1 is not, until the log says otherwise.
  expect(await check(9, 1)).toEqual(['BLACKLISTED', 404])
  registry.chunksServed = Infinity
  await until({ headStartSize: null, alarms: ['snapshot-unproven'] })
  expect(await check(9, 1)).toEqual([404, 'BLACKLISTED'])
  await vi.waitFor(async () => expect(await kept()).toEqual(Array(3).fill('snapshot-unproven')))
})

test('follows deltas while it proves nothing', async () => {
  registry.chunksServed = 0
  lists.snapshot(stolen())
  log.lock(phone(5))
  registry.publish()
  const five = [1, 2, 3, 5].flatMap((serial) => [...phone(serial).ids.imeis])
  lists.delta({ black: five, grey: [...phone(4).ids.imeis] })
  await start()
  await until({ headStartSize: log.size })
  expect(await check(5, 9)).toEqual(['BLACKLISTED', 404])
})

test('A87: a snapshot that is not the one of its head, or of another key, is no head start', async () => {
  registry.chunksServed = 0
  lists.snapshot(stolen())
  lists.damage(`/v1/lists/1/${log.size}/snapshot`)
  await start()
  await vi.waitFor(() =>
    expect(registry.requests.filter((r) => r.includes('/snapshot 200'))).not.toEqual([]),
  )
  expect(await check(1)).toEqual([500])
  await edge!.close()
  lists.snapshot(stolen())
  await start(generateNoteSigner(snapshotKeyName(log.origin), ED25519).signer.key)
  await vi.waitFor(() =>
    expect(registry.requests.filter((r) => r.includes('lists 200')).length).toBeGreaterThan(1),
  )
  expect(await check(1)).toEqual([500])
})

test('lists of a tree that no guardian has seen are no head start', async () => {
  registry.chunksServed = 0
  const numbers = stolen()
  lists.snapshot(numbers, log.checkpoint({ guardians: 0 }))
  await start()
  await vi.waitFor(() =>
    expect(registry.requests.filter((r) => r.includes('lists 200'))).not.toEqual([]),
  )
  expect(await check(1)).toEqual([500])
})

test('compares all it knows when the registry makes lists; a difference is an alarm until it is over', async () => {
  const numbers = stolen()
  await start()
  await until({ guardedSize: log.size })
  lists.snapshot(numbers)
  registry.announceLists(log.size)
  await until({ comparedSize: log.size, alarms: [] })

  log.lock(phone(6))
  registry.publish()
  await until({ guardedSize: log.size })
  lists.delta(numbers) // without phone 6
  registry.announceLists(log.size)
  await until({ alarms: ['lists-differ'] })
  expect(await check(1, 6)).toEqual(['BLACKLISTED', 'BLACKLISTED'])

  log.lock(phone(7))
  registry.publish()
  await until({ guardedSize: log.size })
  const six = [...phone(6).ids.imeis, ...phone(7).ids.imeis]
  lists.delta({ ...numbers, black: [...numbers.black, ...six] })
  registry.announceLists(log.size)
  await until({ comparedSize: log.size, alarms: [] })
})

test('compares lists that were made before it listened', async () => {
  lists.snapshot(stolen())
  await start()
  await until({ headStartSize: null, comparedSize: log.size, alarms: [] })
  await edge!.close()
  await start()
  await until({ comparedSize: log.size, alarms: [] })
})

test('what changed since they were kept whole is in them, with the journal gone and nobody to ask', async () => {
  const one = phone(1)
  const first = log.lock(one)
  registry.publish()
  await start()
  await until({ guardedSize: log.size })
  const kept = log.size
  log.lock(phone(2))
  log.release(one, first)
  registry.publish()
  await until({ guardedSize: log.size })
  await edge!.close()
  await registry.stop()
  const folder = join(home, 'data', 'log-log.example%2Fzz')
  await rm(join(folder, 'entries.journal'))
  await start()
  await until({ alarms: ['feed-away', 'journal-damaged'] })
  expect(await check(1, 2)).toEqual([404, 'BLACKLISTED'])

  // A damaged line is left out, damaged lists are not used at all.
  await edge!.close()
  await appendFile(join(folder, `lists.tail-${kept}`), `-${phone(2).imei} 0000\n`)
  await start()
  expect(await check(2)).toEqual(['BLACKLISTED'])
  await edge!.close()
  await truncate(join(folder, 'lists.kept'), 100)
  await start()
  expect(await check(2)).toEqual([500])
  await registry.start()
})

test('follows as soon as the journal can be read, and refuses meanwhile what its own lists refuse', async () => {
  log.lock(phone(1))
  registry.publish()
  await start()
  await until({ guardedSize: log.size })
  await edge!.close()
  const journal = join(home, 'data', 'log-log.example%2Fzz', 'entries.journal')
  await rename(journal, `${journal}.away`)
  await mkdir(journal) // whoever opens it learns that it is none
  log.lock(phone(2))
  registry.publish()
  await start()
  expect(await check(1, 2)).toEqual(['BLACKLISTED', 404])
  expect(await health()).toMatchObject({ alarms: ['journal-broken'], status: 'ok' })
  await rmdir(journal)
  await rename(`${journal}.away`, journal)
  await until({ guardedSize: log.size, alarms: [] })
  expect(await check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED'])
})

test('an older head start takes nothing from its own lists', async () => {
  registry.chunksServed = 0
  const numbers = stolen()
  lists.snapshot(numbers)
  log.lock(phone(5))
  registry.publish()
  registry.chunksServed = Infinity
  await start()
  await until({ guardedSize: log.size })
  await edge!.close()
  await rm(join(home, 'data', 'log-log.example%2Fzz', 'entries.journal'))
  registry.chunksServed = 0
  await start()
  await vi.waitFor(() =>
    expect(registry.requests.filter((r) => r.includes('/snapshot 200')).length).toBeGreaterThan(1),
  )
  expect(await check(1, 5)).toEqual(['BLACKLISTED', 'BLACKLISTED'])
  expect(await health()).toMatchObject({ headStartSize: log.size })
})
