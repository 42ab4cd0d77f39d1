import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { utf8 } from '../core/index.ts'
import { generateNoteSigner } from '../host/index.ts'
import { COSIGNATURE } from '../log/index.ts'
import { startGuardian, type RunningWitness } from './index.ts'
import { HandClock, Opened, get, post, quiet, type Said } from './testing/house.ts'
import { foundForce } from './testing/law.ts'
import { SmallLog, serveTiles, type TileServer } from './testing/small-log.ts'

const NOW = 1_800_000_000_000
const CAP = 3
const { signer } = generateNoteSigner('guardian.example', COSIGNATURE)

let opened: Opened
let log: SmallLog
let clock: HandClock
let force: ReturnType<typeof foundForce>
let tiles: TileServer
let dataDir: string
let guardian: RunningWitness
/** Size of the founding part of the log. */
let founding: number
/** What the guardian cosigned last, as the log knows. */
let cosigned: number

const start = async (folder = dataDir) =>
  opened.keep(
    await startGuardian({
      signer,
      logs: [{ keys: [log.signer.key], url: tiles.url, trust: force.trust }],
      dataDir: folder,
      port: 0,
      surroundings: clock.surroundings,
      logger: quiet,
    }),
  )

/** Asks for a cosignature of the log as it is served now. */
const ask = async (size = tiles.log.size): Promise<Said> => {
  const answer = await post(guardian, await tiles.log.request(cosigned, size))
  if (answer.status === 200) cosigned = size
  return answer
}

const breach = async () =>
  (await json('/breach')) as { open: number; breaches: Record<string, unknown>[] }

const json = async (path: string) =>
  JSON.parse((await get(guardian, path)).body) as Record<string, unknown>

beforeEach(async () => {
  opened = new Opened()
  clock = new HandClock(NOW)
  log = SmallLog.named('log.example/zz')
  force = foundForce(log.signer.key, NOW, CAP)
  log.entries.push(...force.certificates(NOW))
  founding = log.size
  cosigned = 0
  tiles = opened.keep(await serveTiles(log))
  dataDir = join(opened.folder(), 'data')
  guardian = await start()
})
afterEach(() => opened.close())

describe('a lawful log', () => {
  test('is cosigned as it grows, each entry read once and counted once', async () => {
    expect((await ask()).status).toBe(200)
    for (let i = 0; i < CAP; i++) {
      log.entries.push(force.lock(NOW + i))
      expect((await ask()).status).toBe(200)
      expect((await ask()).status).toBe(200)
    }
    expect(await json('/healthz')).toMatchObject({
      status: 'ok',
      logs: [
        {
          origin: 'log.example/zz',
          size: founding + CAP,
          mirror: { size: founding + CAP, trouble: null },
          breaches: { open: 0, voided: 0 },
        },
      ],
    })
    expect((await get(guardian, '/breach')).status).toBe(404)
    expect(tiles.asked).toHaveLength(1 + CAP)
  })

  test('may have lost its partial bundles once the full one is there', async () => {
    while (log.size < 257) log.entries.push(force.certificates(NOW)[0]!)
    tiles.withoutPartials = true
    expect((await ask(founding)).status).toBe(200)
    expect((await ask(256)).status).toBe(200)
    expect(tiles.asked).toContain(`tile/entries/000.p/${founding}`)
    tiles.withoutPartials = false
    expect((await ask(257)).status).toBe(200)
  })

  test('a release needs nothing of the cap', async () => {
    for (let i = 0; i < CAP; i++) log.entries.push(force.lock(NOW))
    log.entries.push(force.release(founding, NOW + 1))
    expect((await ask()).status).toBe(200)
  })
})

describe('a breach', () => {
  test('A52, A53: at the guardian: the first lock over the cap silences it', async () => {
    for (let i = 0; i < CAP; i++) log.entries.push(force.lock(NOW + i))
    expect((await ask()).status).toBe(200)
    log.entries.push(force.lock(NOW + CAP))
    const over = await ask()
    expect(over).toMatchObject({
      status: 422,
      type: 'application/problem+json',
      code: 'cap-exceeded',
      facts: { act: 'lock', window: 'hour', limit: CAP, index: founding + CAP },
    })
    // A lawful release later does not give the voice back: the leaf stays.
    clock.now += 7_200_000
    log.entries.push(force.release(founding, clock.now))
    expect(await ask()).toEqual(over)
    expect(await ask(founding + CAP)).toMatchObject({ status: 200 })

    const { open, breaches } = await breach()
    expect(open).toBe(1)
    expect(breaches).toMatchObject([
      {
        origin: 'log.example/zz',
        code: 'cap-exceeded',
        index: founding + CAP,
        seenAt: new Date(NOW).toISOString(),
        voidedBy: null,
      },
    ])
    expect(breaches[0]!['checkpoint']).toContain(`\n${founding + CAP + 1}\n`)
    expect(await get(guardian, '/healthz')).toMatchObject({ status: 503 })
    expect(await json('/healthz')).toMatchObject({ status: 'silent' })
  })

  test('A52, A53: a pair over its own cap does, until its key is distrusted', async () => {
    for (let i = 0; i < CAP; i++) log.entries.push(force.pair(NOW + i), force.lock(NOW + i))
    expect((await ask()).status).toBe(200)
    const over = log.size
    log.entries.push(force.pair(NOW + CAP))
    expect(await ask()).toMatchObject({
      code: 'cap-exceeded',
      facts: { act: 'pair', window: 'hour', limit: CAP, index: over },
    })
    log.entries.push(force.distrust(over, NOW + CAP))
    expect((await ask()).status).toBe(200)
  })

  test('A52: a distrust record that voids the excess gives it back its voice; the history stays', async () => {
    for (let i = 0; i < CAP + 2; i++) log.entries.push(force.lock(NOW + i))
    const first = founding + CAP
    expect(await ask()).toMatchObject({ status: 422, facts: { index: first } })
    // One leaf too late: the first excess lock still stands.
    log.entries.push(force.distrust(first + 1, NOW + 10))
    expect(await ask()).toMatchObject({ status: 422, facts: { index: first } })
    expect((await breach()).open).toBe(1)
    log.entries.push(force.distrust(first, NOW + 11))
    expect((await ask()).status).toBe(200)
    expect(await json('/healthz')).toMatchObject({
      status: 'ok',
      logs: [{ breaches: { open: 0, voided: 2 } }],
    })
    const told = await breach()
    expect(told).toMatchObject({
      open: 0,
      breaches: [
        { index: first, voidedBy: log.size - 1 },
        { index: first + 1, voidedBy: log.size - 2 },
      ],
    })
    // Also for whoever was not there at the time, and for us after a restart.
    await guardian.close()
    guardian = await start()
    log.entries.push(force.lock(NOW + 12))
    expect(await ask()).toMatchObject({ status: 422, facts: { cause: 'distrusted' } })
    expect((await breach()).breaches.slice(0, 2)).toEqual(told.breaches)
    // A lock by a key distrusted already is a breach of its own until a record covers it as well.
    log.entries.push(force.distrust(first, NOW + 13))
    expect((await ask()).status).toBe(200)
    guardian = await start(join(opened.folder(), 'data'))
    cosigned = 0
    expect((await ask()).status).toBe(200)
  })

  test('what the ancestor keeps of the excess is excess all the same', async () => {
    for (let i = 0; i < CAP + 1; i++) log.entries.push(force.lock(NOW + i))
    const excess = founding + CAP
    log.entries.push(force.distrust(founding, NOW + 10, [founding, excess]))
    expect(await ask()).toMatchObject({ status: 422, facts: { index: excess } })
  })

  test('an old checkpoint sent again does not make it read the log anew', async () => {
    expect((await ask()).status).toBe(200)
    for (let i = 0; i <= CAP; i++) log.entries.push(force.lock(NOW + i))
    expect((await ask()).status).toBe(422)
    const asked = tiles.asked.length
    for (let i = 0; i < 3; i++) expect((await ask(founding)).status).toBe(200)
    expect((await ask()).status).toBe(422)
    expect(tiles.asked).toHaveLength(asked)
  })

  test('is remembered over a restart, without the log', async () => {
    for (let i = 0; i <= CAP; i++) log.entries.push(force.lock(NOW + i))
    const over = await ask()
    await guardian.close()
    tiles.isDown = true
    guardian = await start()
    expect(await breach()).toMatchObject({ open: 1, breaches: [{ code: 'cap-exceeded' }] })
    expect(await ask()).toEqual(over)
  })

  test('does not reach back: a checkpoint below it is still cosigned', async () => {
    for (let i = 0; i <= CAP; i++) log.entries.push(force.lock(NOW + i))
    expect((await ask()).status).toBe(422)
    expect((await ask(founding + 1)).status).toBe(200)
    expect((await ask(founding + CAP)).status).toBe(200)
    expect((await ask(founding + CAP + 1)).status).toBe(422)
  })

  test.each([
    ['one officer in both slots', 'signer-set', () => force.lockByOneOfficer(NOW)],
    ['an officer nobody certified', 'chain', () => force.lockByStranger(NOW)],
    ['a spoilt signature', 'signature', () => force.lockWithSpoiltSignature(NOW)],
    ['a release of nothing', 'of-mismatch', () => force.release(2, NOW)],
    ['an entry that is none', 'malformed', () => utf8('nothing lawful')],
    ['a time that falls', 'time-went-back', () => force.lock(NOW - 1)],
  ])('%s is unlawful: %s', async (_, cause, entry) => {
    expect((await ask()).status).toBe(200)
    log.entries.push(force.lock(NOW), entry(), force.lock(NOW))
    const unlawful = { status: 422, code: 'unlawful', facts: { cause, index: founding + 1 } }
    expect(await ask()).toMatchObject(unlawful)
    expect(await ask()).toMatchObject(unlawful)
    expect(await json('/healthz')).toMatchObject({ status: 'silent' })
  })
})

describe('A95: the clock', () => {
  test('an entry more than 5 s ahead waits, and is no breach', async () => {
    log.entries.push(force.lock(NOW + 5_001))
    const early = { status: 422, code: 'unlawful', facts: { cause: 'ahead-of-clock' } }
    expect(await ask()).toMatchObject(early)
    expect((await get(guardian, '/breach')).status).toBe(404)
    clock.now += 1
    expect((await ask()).status).toBe(200)
  })

  test('an entry more than 60 s behind is refused by a guardian that was up to date', async () => {
    expect((await ask()).status).toBe(200)
    clock.now += 60_000
    log.entries.push(force.lock(NOW))
    expect((await ask()).status).toBe(200)
    clock.now += 30_000
    log.entries.push(force.lock(NOW), force.lock(clock.now))
    expect(await ask()).toMatchObject({
      status: 422,
      code: 'unlawful',
      facts: { cause: 'behind-clock', index: founding + 1, milliseconds: 90_000 },
    })
    expect((await get(guardian, '/breach')).status).toBe(404)
  })

  test('one that was cut off takes what a registry brings back, whoever kept it busy', async () => {
    expect((await ask()).status).toBe(200)
    log.entries.push(force.lock(NOW + 1))
    for (let i = 0; i < 4; i++) {
      clock.now += 30_000
      expect((await ask(founding)).status).toBe(200)
    }
    expect((await ask()).status).toBe(200)
  })
})

describe('the log out of reach or false', () => {
  test('503, nothing changes, and the next attempt counts nothing twice', async () => {
    for (let i = 0; i < CAP; i++) log.entries.push(force.lock(NOW + i))
    tiles.isDown = true
    for (let i = 0; i < 2; i++)
      expect(await ask()).toMatchObject({ status: 503, code: 'unavailable' })
    expect(await json('/healthz')).toMatchObject({ status: 'ok', logs: [{ mirror: { size: 0 } }] })
    tiles.isDown = false
    expect((await ask()).status).toBe(200)
  })

  test('entries that are not those of the root are refused, and not for good', async () => {
    const other = log.fork(founding - 1, force.certificates(NOW)[0]!)
    const honest = await log.request(0)
    tiles.log = other
    expect(await post(guardian, honest)).toMatchObject({
      status: 422,
      code: 'unlawful',
      facts: { cause: 'not-consistent' },
    })
    tiles.log = log
    expect((await post(guardian, honest)).status).toBe(200)
  })
})

describe('a restart', () => {
  const restart = async () => {
    await guardian.close()
    guardian = await start()
  }

  test('rebuilds the mirror from the log: caps still count', async () => {
    for (let i = 0; i < CAP; i++) log.entries.push(force.lock(NOW + i))
    expect((await ask()).status).toBe(200)
    await restart()
    log.entries.push(force.lock(NOW + CAP))
    expect(await ask()).toMatchObject({ status: 422, code: 'cap-exceeded' })
  })

  test('with the log out of reach: 503 until it is back', async () => {
    expect((await ask()).status).toBe(200)
    tiles.isDown = true
    await restart()
    log.entries.push(force.lock(NOW))
    expect(await ask()).toMatchObject({ status: 503 })
    expect(await json('/healthz')).toMatchObject({ status: 'mirror-behind' })
    tiles.isDown = false
    expect((await ask()).status).toBe(200)
    expect(await json('/healthz')).toMatchObject({
      status: 'ok',
      logs: [{ mirror: { trouble: null } }],
    })
  })

  test('a log that now serves another past is refused, and it says so', async () => {
    expect((await ask()).status).toBe(200)
    tiles.log = log.fork(founding - 1, force.certificates(NOW)[0]!)
    await restart()
    const idle = await log.request(cosigned)
    expect(await post(guardian, idle)).toMatchObject({
      status: 422,
      code: 'unlawful',
      facts: { cause: 'not-consistent' },
    })
    expect(await json('/healthz')).toMatchObject({
      status: 'mirror-behind',
      logs: [{ mirror: { size: 0, trouble: 'the entries served do not give the signed root' } }],
    })
  })

  test('a copy of the folder taken at the answer goes on where it stopped', async () => {
    log.entries.push(force.lock(NOW))
    expect((await ask()).status).toBe(200)
    const image = join(opened.folder(), 'data')
    cpSync(dataDir, image, { recursive: true })
    guardian = await start(image)
    log.entries.push(force.lock(NOW))
    expect((await ask()).status).toBe(200)
  })

  test('a breach file that does not read back stops it', async () => {
    for (let i = 0; i <= CAP; i++) log.entries.push(force.lock(NOW))
    await ask()
    await guardian.close()
    const [file] = readdirSync(join(dataDir, 'breaches'))
    writeFileSync(join(dataDir, 'breaches', file!), '{}')
    await expect(start()).rejects.toMatchObject({ code: 'fatal' })
  })
})

describe('several logs', () => {
  test('each has its own law, mirror and breach: one that is silenced silences no other', async () => {
    const other = SmallLog.named('log.example/xa')
    const otherForce = foundForce(other.signer.key, NOW, CAP)
    other.entries.push(...otherForce.certificates(NOW))
    const otherTiles = opened.keep(await serveTiles(other))
    guardian = opened.keep(
      await startGuardian({
        signer,
        logs: [
          { keys: [log.signer.key], url: tiles.url, trust: force.trust },
          { keys: [other.signer.key], url: otherTiles.url, trust: otherForce.trust },
        ],
        dataDir: join(opened.folder(), 'data'),
        port: 0,
        surroundings: clock.surroundings,
        logger: quiet,
      }),
    )
    expect((await post(guardian, await log.request(0))).status).toBe(200)
    for (let i = 0; i <= CAP; i++) other.entries.push(otherForce.lock(NOW))
    expect((await post(guardian, await other.request(0))).status).toBe(422)
    log.entries.push(force.lock(NOW))
    expect((await post(guardian, await log.request(founding))).status).toBe(200)
    expect(await breach()).toMatchObject({ open: 1, breaches: [{ origin: 'log.example/xa' }] })
    expect(await json('/healthz')).toMatchObject({
      status: 'silent',
      logs: [
        { origin: 'log.example/zz', status: 'ok', size: founding + 1 },
        { origin: 'log.example/xa', status: 'silent', size: null },
      ],
    })
  })

  test('a log is named once', async () => {
    const one = { keys: [log.signer.key], url: tiles.url, trust: force.trust }
    const started = startGuardian({
      signer,
      logs: [one, one],
      dataDir: join(opened.folder(), 'data'),
      port: 0,
      surroundings: clock.surroundings,
      logger: quiet,
    })
    await expect(started).rejects.toMatchObject({ code: 'config' })
  })
})
