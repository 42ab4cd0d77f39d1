import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Refusal, toHex, utf8 } from '../core/index.ts'
import { generateNoteSigner, verifyEd25519 } from '../host/index.ts'
import {
  COSIGNATURE,
  ED25519,
  EMPTY_ROOT,
  MAX_ADD_CHECKPOINT_BYTES,
  TREE_SIZE_TYPE,
  cosignatureTime,
  formatAddCheckpoint,
  leafHash,
  monitoringPath,
  openCheckpoint,
  openNote,
  parseCosignatures,
  signNote,
} from '../log/index.ts'
import { startWitness, type RunningWitness, type WitnessOptions } from './index.ts'
import { originId } from './state-store.ts'
import { HandClock, Opened, get, post, quiet } from './testing/house.ts'
import { SmallLog } from './testing/small-log.ts'

const ORIGIN = 'log.example/zz'
const PROBLEM = 'application/problem+json'
const { signer } = generateNoteSigner('witness.example', COSIGNATURE)

let opened: Opened
let log: SmallLog
let clock: HandClock
let dataDir: string
let witness: RunningWitness

const start = async (changes: Partial<WitnessOptions> = {}) =>
  opened.keep(
    await startWitness({
      signer,
      logs: [log.signer.key],
      dataDir,
      port: 0,
      surroundings: clock.surroundings,
      logger: quiet,
      ...changes,
    }),
  )

beforeEach(async () => {
  opened = new Opened()
  clock = new HandClock(1_800_000_000_000)
  log = SmallLog.named(ORIGIN)
  log.entries.push(...Array.from({ length: 9 }, (_, i) => utf8(`entry ${i}`)))
  dataDir = join(opened.folder(), 'data')
  witness = await start()
})
afterEach(() => opened.close())

const health = async () =>
  JSON.parse((await get(witness, '/healthz')).body) as Record<string, unknown>
const sizeCosigned = async () => {
  const { status, body } = await get(witness, `/${monitoringPath(ORIGIN)}`)
  return status === 404 ? null : Number(body.split('\n')[1])
}
interface Evidence {
  readonly kept: readonly { readonly path: string; readonly root: string }[]
}
const evidence = () => readdirSync(join(dataDir, 'evidence'))

describe('200', () => {
  test('is a cosignature line over the checkpoint, and is what the log may append', async () => {
    const answer = await post(witness, await log.request(0, 5))
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' })
    const [line, ...more] = parseCosignatures(answer.body)
    expect(more).toEqual([])
    const checkpoint = log.checkpoint(5)
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
    const { signature } = line!
    const time = cosignatureTime({ key: signer.key, text, signature, verify: verifyEd25519 })
    expect(time).toBe(1_800_000_000)
  })

  test('follows a log as it grows, and cosigns an idle one again', async () => {
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [1, 5],
      [5, 5],
      [5, 8],
      [8, 9],
    ] as const)
      expect((await post(witness, await log.request(from, to))).status).toBe(200)
    expect(await sizeCosigned()).toBe(9)
  })

  test('is served below the monitoring prefix with both lines', async () => {
    expect(await sizeCosigned()).toBe(null)
    await post(witness, await log.request(0, 5))
    const { status, type, body } = await get(witness, `/${monitoringPath(ORIGIN)}`)
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' })
    const keys = [log.signer.key, signer.key]
    expect(openNote(body, keys, verifyEd25519).lines.map(({ key }) => key)).toEqual(keys)
  })
})

describe('404, 403, 400', () => {
  const stranger = SmallLog.named('other.example/zz')
  const impostor = SmallLog.named(ORIGIN)

  test.each([
    ['404 an unknown origin', 404, 'log-unknown', () => stranger.request(0)],
    [
      '404 before a malformed proof, size and signature',
      404,
      'log-unknown',
      () => 'old x\nno hash\n\nother.example/zz\nno size\n\nno signature',
    ],
    ['403 a line by another key of that name', 403, 'log-signature', () => impostor.request(0)],
    [
      '403 a known line that does not verify',
      403,
      'note-signature',
      async () => (await log.request(0, 5)).replace('\n5\n', '\n6\n'),
    ],
    [
      '403 before a malformed size line',
      403,
      'note-signature',
      async () => (await log.request(0, 5)).replace('\n5\n', '\n05\n').replace('old 0', 'old x'),
    ],
    [
      '400 a signed extension line',
      400,
      'checkpoint-malformed',
      () => `old 0\n\n${signed(`${checkpointText(5)}extension\n`)}`,
    ],
    [
      '400 a malformed proof under a good checkpoint',
      400,
      'malformed',
      () => `old 3\nAAAA\n\n${log.checkpoint(5)}`,
    ],
    [
      '400 an old size above the checkpoint, before 409',
      400,
      'malformed',
      () => formatAddCheckpoint({ oldSize: 6, proof: [], checkpoint: log.checkpoint(5) }),
    ],
    ['400 a note without signatures', 400, 'note-malformed', () => `old 0\n\n${ORIGIN}\n0\n`],
    ['400 nothing', 400, 'malformed', () => ''],
    ['400 what is not UTF-8', 400, 'malformed', () => Uint8Array.of(0xff, 0x0a, 0x0a)],
  ])('%s', async (_, status, code, body) => {
    const answer = await post(witness, await body())
    expect(answer).toMatchObject({ status, code, type: PROBLEM })
    expect(await sizeCosigned()).toBe(null)
    expect(evidence()).toEqual([])
  })

  const checkpointText = (size: number) => log.checkpoint(size).split('\n\n')[0]! + '\n'
  const signed = (text: string) => signNote(text, log.signer.key, log.signer.sign)
})

describe('409', () => {
  test('names the size last cosigned, 0 if none', async () => {
    const conflict = { status: 409, type: TREE_SIZE_TYPE }
    expect(await post(witness, await log.request(3, 5))).toMatchObject({ ...conflict, body: '0\n' })
    await post(witness, await log.request(0, 5))
    for (const old of [0, 4])
      expect(await post(witness, await log.request(old, 9))).toMatchObject({
        ...conflict,
        body: '5\n',
      })
  })

  test('comes before a wrong proof', async () => {
    await post(witness, await log.request(0, 5))
    const checkpoint = log.checkpoint(9)
    const body = formatAddCheckpoint({ oldSize: 4, proof: [EMPTY_ROOT], checkpoint })
    expect((await post(witness, body)).status).toBe(409)
    expect(evidence()).toEqual([])
  })
})

describe('422', () => {
  const other = leafHash(utf8('other'))

  test.each([
    ['size 0 without the empty root', 0, () => ({ checkpoint: log.checkpoint(0, other) })],
    ['old = 0 with a proof', 0, () => ({ checkpoint: log.checkpoint(5), proof: [other] })],
    ['old = size with another root', 5, () => ({ checkpoint: log.checkpoint(5, other) })],
    ['a wrong proof', 5, () => ({ checkpoint: log.checkpoint(9), proof: [other, other, other] })],
    ['no proof', 5, () => ({ checkpoint: log.checkpoint(9) })],
  ])('%s: changes nothing and is kept as evidence', async (_, oldSize, made) => {
    if (oldSize > 0) await post(witness, await log.request(0, oldSize))
    const body = formatAddCheckpoint({ oldSize, proof: [], ...made() })
    const answer = await post(witness, body)
    expect(answer).toMatchObject({ status: 422, type: PROBLEM })
    expect(['not-consistent', 'proof-malformed']).toContain(answer.code)
    expect(await sizeCosigned()).toBe(oldSize === 0 ? null : oldSize)
    expect(evidence()).not.toEqual([])
  })

  test('a good checkpoint beside a wrong proof is no evidence once it is cosigned', async () => {
    await post(witness, await log.request(0, 5))
    const body = formatAddCheckpoint({
      oldSize: 5,
      proof: [other],
      checkpoint: log.checkpoint(5),
    })
    expect((await post(witness, body)).status).toBe(422)
    expect(evidence()).toEqual([])
  })

  test('a hook that refuses is answered with its code and facts', async () => {
    const approve = () =>
      Promise.reject(new Refusal('cap-exceeded', 'one lock too many', { index: 7 }))
    witness = await start({ dataDir: join(opened.folder(), 'data'), approve })
    expect(await post(witness, await log.request(0, 9))).toMatchObject({
      status: 422,
      type: PROBLEM,
      code: 'cap-exceeded',
      facts: { index: 7 },
    })
    expect(await sizeCosigned()).toBe(null)
  })
})

describe('evidence', () => {
  test('A82: two roots for one size: both kept, counted once, and found again after a restart', async () => {
    await post(witness, await log.request(0, 5))
    const fork = log.fork(3, utf8('x'), utf8('y'))
    for (let i = 0; i < 3; i++)
      expect((await post(witness, await fork.request(0))).status).toBe(409)
    expect(evidence()).toHaveLength(2)
    const seen = { status: 'split-view', evidence: 2, logs: [{ splitViews: 1 }] }
    expect(await health()).toMatchObject(seen)
    await witness.close()
    witness = await start()
    expect(await get(witness, '/healthz')).toMatchObject({ status: 503 })
    expect(await health()).toMatchObject(seen)
    // Anybody can fetch both and see: one log, one size, two roots.
    const list = JSON.parse((await get(witness, '/evidence')).body) as Evidence
    expect(list).toMatchObject({ splitViews: 1, kept: [{ size: 5 }, { size: 5 }] })
    const notes = await Promise.all(list.kept.map(({ path }) => get(witness, path)))
    const heads = notes.map(({ body }) => openCheckpoint(body, [log.signer.key], verifyEd25519))
    expect(heads.map(({ root }) => toHex(root))).toEqual(list.kept.map(({ root }) => root))
    expect(new Set(list.kept.map(({ root }) => root)).size).toBe(2)
    expect(await get(witness, '/evidence/../log.checkpoint')).toMatchObject({ status: 404 })
  })

  test('a refused checkpoint convicts the log when it later shows another of that size', async () => {
    await post(witness, await log.request(0, 5))
    const fork = log.fork(3, ...Array.from({ length: 6 }, (_, i) => utf8(`fork ${i}`)))
    expect((await post(witness, await fork.request(5))).status).toBe(422)
    expect(await health()).toMatchObject({ status: 'ok', logs: [{ splitViews: 0 }], evidence: 1 })
    expect((await post(witness, await log.request(5, 9))).status).toBe(200)
    expect(await health()).toMatchObject({ logs: [{ splitViews: 1 }], evidence: 2 })
  })
})

describe('state', () => {
  test('a slow small request cannot roll back a fast large one', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let entered = () => {}
    const inside = new Promise<void>((resolve) => (entered = resolve))
    const approve: WitnessOptions['approve'] = async ({ size }) => {
      if (size !== 3) return
      entered()
      await held
    }
    witness = await start({ dataDir: join(opened.folder(), 'data'), approve })
    const small = post(witness, await log.request(0, 3))
    await inside
    const large = post(witness, await log.request(0, 9))
    release()
    expect(await small).toMatchObject({ status: 200 })
    expect(await large).toMatchObject({ status: 409, body: '3\n' })
    expect((await post(witness, await log.request(3, 9))).status).toBe(200)
    expect(await post(witness, await log.request(0, 3))).toMatchObject({ status: 409, body: '9\n' })
    expect(await sizeCosigned()).toBe(9)
  })

  test('of many at once, each from 0, exactly one wins', async () => {
    const bodies = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => log.request(0, n)))
    const answers = await Promise.all(bodies.map((body) => post(witness, body)))
    const won = answers.flatMap(({ status }, i) => (status === 200 ? [i + 1] : []))
    expect(won).toHaveLength(1)
    expect(await sizeCosigned()).toBe(won[0])
  })

  test('is on disk before the answer: a copy taken then knows the size', async () => {
    await post(witness, await log.request(0, 5))
    const image = join(opened.folder(), 'data')
    cpSync(dataDir, image, { recursive: true })
    witness = await start({ dataDir: image })
    expect(await post(witness, await log.request(0, 9))).toMatchObject({ status: 409, body: '5\n' })
    expect((await post(witness, await log.request(5, 9))).status).toBe(200)
  })

  test('no disk, no cosignature; afterwards it believes the disk, not its memory', async () => {
    const path = join(dataDir, `${originId(ORIGIN)}.checkpoint`)
    mkdirSync(join(path, 'in the way'), { recursive: true })
    const body = await log.request(0, 5)
    expect(await post(witness, body)).toMatchObject({
      status: 500,
      type: PROBLEM,
      code: 'internal',
    })
    rmSync(path, { recursive: true })
    expect(await sizeCosigned()).toBe(null)
    // As when the rename worked and only the sync after it failed.
    const twin = await start({ dataDir: join(opened.folder(), 'data') })
    await post(twin, await log.request(0, 3))
    writeFileSync(path, (await get(twin, `/${monitoringPath(ORIGIN)}`)).body)
    expect(await post(witness, body)).toMatchObject({ status: 409, body: '3\n' })
    expect((await post(witness, await log.request(3, 5))).status).toBe(200)
  })

  test.each([
    ['damaged', (note: string) => note.replace('\n5\n', '\n4\n')],
    ['of another witness', (note: string) => note.slice(0, note.lastIndexOf('\u2014'))],
  ])('a stored checkpoint that is %s stops the start', async (_, change) => {
    await post(witness, await log.request(0, 5))
    const { body } = await get(witness, `/${monitoringPath(ORIGIN)}`)
    await witness.close()
    writeFileSync(join(dataDir, `${originId(ORIGIN)}.checkpoint`), change(body))
    await expect(start()).rejects.toMatchObject({ code: 'fatal' })
  })

  test('one folder, one process', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'data-folder-busy' })
    await witness.close()
    witness = await start()
    expect(await health()).toMatchObject({ status: 'ok' })
  })
})

describe('the door', () => {
  test('other paths, other methods, bodies without end', async () => {
    expect(await get(witness, '/')).toMatchObject({ status: 404, code: 'not-found' })
    expect(await get(witness, '/breach')).toMatchObject({ status: 404 })
    expect(await get(witness, `/${'0'.repeat(64)}/checkpoint`)).toMatchObject({ status: 404 })
    expect(await get(witness, '/add-checkpoint')).toMatchObject({ status: 405 })
    const posted = await fetch(`${witness.url}/healthz`, { method: 'POST', body: 'x' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
    const endless = new Uint8Array(MAX_ADD_CHECKPOINT_BYTES + 1)
    expect(await post(witness, endless)).toMatchObject({ status: 413, code: 'too-large' })
  })

  test('says who it is and how far each log is', async () => {
    await post(witness, await log.request(0, 5))
    expect(await health()).toEqual({
      status: 'ok',
      name: 'witness.example',
      logs: [{ origin: ORIGIN, size: 5, splitViews: 0, status: 'ok' }],
      evidence: 0,
    })
    expect((await get(witness, '/metrics')).body.split('\n')).toEqual(
      expect.arrayContaining([
        'cosigner_answers_total{status="200"} 1',
        `cosigner_tree_size{origin="${ORIGIN}"} 5`,
        `cosigner_ok{origin="${ORIGIN}"} 1`,
      ]),
    )
  })

  test('needs a cosigner key and log keys', async () => {
    const bad = generateNoteSigner('witness.example', ED25519).signer
    const dataDir = join(opened.folder(), 'data')
    await expect(start({ dataDir, signer: bad })).rejects.toMatchObject({ code: 'config' })
    await expect(start({ dataDir, logs: [] })).rejects.toMatchObject({ code: 'config' })
    await expect(start({ dataDir, logs: [signer.key] })).rejects.toMatchObject({ code: 'config' })
  })
})
