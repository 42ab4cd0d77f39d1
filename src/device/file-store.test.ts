import { spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GATE_LANGUAGES, MESSAGES, PART_TYPES, STATES, readEat } from '../core/index.ts'
import { generateEs256, machine, nodeVerifiers } from '../host/index.ts'
import { measure } from './boot.ts'
import { openFileStore, type FileStore } from './file-store.ts'
import { manufacture, storeDir } from './manufacture.ts'
import type { StoreRecord } from './secure-store.ts'
import { decodeRecord, encodeRecord } from './store-record.ts'
import { DemoLog } from './testing/demo-log.ts'
import { IMEIS, refusalOf } from './testing/stage.ts'

const BOOT_KEY = new Uint8Array(32).fill(7)
const { root } = new DemoLog(generateEs256().signer).founding

let home: string
let dir: string
let store: FileStore
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-store-'))
  await make()
  dir = storeDir(join(home, 'phone'))
  store = (await openFileStore(dir, machine.random))!
})
afterEach(() => rm(home, { recursive: true, force: true }))

const make = () =>
  manufacture({
    dir: join(home, 'phone'),
    imeis: IMEIS,
    serial: 'sm-test-0001',
    root,
    surroundings: machine,
  })

async function recordNow(): Promise<StoreRecord> {
  const record = await store.read()
  expect(record).not.toBeNull()
  return record!
}

describe('a new phone', () => {
  it('is protected, belongs to nobody yet, and is not set up', async () => {
    expect(store.kind).toBe('file')
    expect(store.factory).toMatchObject({ imeis: IMEIS, serial: 'SM-TEST-0001' })
    expect(await recordNow()).toEqual({
      device: { state: 'protected', ctr: 0, outstanding: null },
      holdLapsed: false,
      isProtected: true,
      last: null,
      contact: null,
      message: 'return',
      words: null,
      owner: null,
      home: null,
      root,
      now: 0,
      treeSize: 0,
      bootCount: 0,
      activation: null,
      ownedSince: null,
      parts: null,
      partList: null,
    })
  })

  it('is made once: a second run does not give it another key', async () => {
    expect(await refusalOf(make)).toBe('identity-conflict')
    expect((await openFileStore(dir, machine.random))!.dak).toEqual(store.dak)
  })

  it('is not made under a root document that its own keys did not sign', async () => {
    const options = { dir: join(home, 'b'), imeis: IMEIS, serial: 'SM-1', surroundings: machine }
    expect(await refusalOf(() => manufacture({ ...options, root: BOOT_KEY }))).toBe('malformed')
  })

  it('keeps its files to itself', async () => {
    const { mode } = await stat(join(dir, 'dak.pem'))
    expect(mode % 0o1000).toBe(0o600)
  })
})

describe('the record', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const name = fc.stringMatching(/^[a-z]{1,20}$/)
  const uint = fc.maxSafeNat()
  const records: fc.Arbitrary<StoreRecord> = fc.record({
    device: fc.record({
      state: fc.constantFrom(...STATES),
      ctr: uint,
      outstanding: fc.option(
        fc.record({
          index: uint,
          act: fc.constantFrom('hold' as const, 'lock' as const),
          auth: name,
          foundBy: fc.option(name),
          okc: fc.option(hash),
          exp: uint,
        }),
      ),
    }),
    holdLapsed: fc.boolean(),
    isProtected: fc.boolean(),
    last: fc.option(fc.record({ auth: name, index: uint })),
    contact: fc.option(
      fc.constantFrom(
        { tel: '+442079460100', url: 'https://police.example/found' },
        { tel: '+442079460100', url: null },
      ),
    ),
    message: fc.constantFrom(...MESSAGES),
    words: fc.option(
      fc.record({
        at: uint,
        said: fc.option(
          fc.record({
            message: fc.constantFrom(...MESSAGES),
            language: fc.option(fc.constantFrom(...GATE_LANGUAGES)),
            reference: fc.option(fc.constant('SM-7Q4K-2M9X')),
          }),
        ),
      }),
    ),
    owner: fc.option(hash),
    ownedSince: fc.option(uint),
    home: fc.option(fc.record({ log: name, authority: name })),
    root: fc.uint8Array({ maxLength: 100 }),
    now: uint,
    treeSize: uint,
    bootCount: uint,
    activation: fc.option(hash),
    parts: fc.option(
      fc.array(fc.record({ type: fc.constantFrom(...PART_TYPES), part: hash, binding: hash })),
    ),
    partList: fc.option(fc.record({ treeSize: uint, hash })),
  })

  it('reads back what was written, whatever it says', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record)
      }),
    )
  })

  it('survives a new program', async () => {
    const next = { ...(await recordNow()), bootCount: 5 }
    await store.apply(next)
    expect(await (await openFileStore(dir, machine.random))!.read()).toEqual(next)
  })

  it('is unreadable after any byte changed, and at any shorter length', async () => {
    const path = join(dir, 'record')
    const good = await readFile(path)
    for (let at = 0; at < good.length; at += 7) {
      const bent = Buffer.from(good)
      bent[at]! ^= 1
      await writeFile(path, bent)
      expect(await store.read()).toBeNull()
      await writeFile(path, good.subarray(0, at))
      expect(await store.read()).toBeNull()
    }
    await writeFile(path, good)
    expect(await store.read()).not.toBeNull()
  })

  it('another phone’s record is unreadable here', async () => {
    const there = join(home, 'other')
    const options = { imeis: IMEIS, serial: 'SM-2222', root, surroundings: machine }
    await manufacture({ dir: there, ...options })
    await copyFile(join(storeDir(there), 'record'), join(dir, 'record'))
    expect(await store.read()).toBeNull()
  })

  it('is the old one while a torn temporary file lies beside it', async () => {
    const old = await recordNow()
    const torn = (await readFile(join(dir, 'record'))).subarray(0, 50)
    await writeFile(join(dir, 'record.x.tmp'), torn)
    expect(await store.read()).toEqual(old)
  })

  it('refuses with store when it cannot be written, and leaves nothing behind', async () => {
    const old = await recordNow()
    await rm(join(dir, 'record'))
    await mkdir(join(dir, 'record'))
    expect(await refusalOf(() => store.apply(old))).toBe('store')
    expect((await readdir(dir)).filter((file) => file.endsWith('.tmp'))).toEqual([])
    expect(await store.read()).toBeNull()
  })

  it('killed at any moment holds the last acknowledged record or the one after it', async () => {
    const self = new URL('./file-store.ts', import.meta.url).href
    const program = `
      import { openFileStore } from ${JSON.stringify(self)}
      const store = await openFileStore(process.argv[1], (n) => new Uint8Array(n))
      let record = await store.read()
      for (;;) {
        record = { ...record, bootCount: record.bootCount + 1 }
        await store.apply(record)
        process.stdout.write(record.bootCount + '\\n')
      }`
    for (const kills of [1, 30, 200]) {
      const acknowledged = await killAfter(kills, program)
      const { bootCount } = await recordNow()
      expect([acknowledged, acknowledged + 1]).toContain(bootCount)
    }
  })

  /** Runs the program until it printed that many lines, kills it, and gives its last line. */
  function killAfter(lines: number, program: string): Promise<number> {
    const options = ['--import', 'tsx', '--input-type=module', '-e', program, dir]
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > lines) child.kill('SIGKILL')
    })
    return new Promise((resolve) => {
      child.on('close', () => resolve(Number(text.trimEnd().split('\n').at(-1))))
    })
  }
})

describe('the boot key', () => {
  const locked = async (state: 'held' | 'stolen' | 'recovered' | 'retired') => {
    const act = state === 'held' ? ('hold' as const) : ('lock' as const)
    const outstanding = { index: 1, act, auth: 'zz', foundBy: null, okc: null, exp: 10 }
    return { ...(await recordNow()), device: { state, ctr: 1, outstanding } }
  }

  it('comes back while the state allows a boot, and only then', async () => {
    const sealed = await store.seal(BOOT_KEY)
    expect(await store.unseal(sealed, await recordNow())).toEqual(BOOT_KEY)
    expect(await store.unseal(sealed, await locked('held'))).toEqual(BOOT_KEY)
    for (const state of ['stolen', 'recovered', 'retired'] as const) {
      const record = await locked(state)
      expect(await refusalOf(() => store.unseal(sealed, record))).toBe('wrong-state')
    }
  })

  it('is refused when it was not sealed here', async () => {
    const record = await recordNow()
    const sealed = await store.seal(BOOT_KEY)
    sealed[20]! ^= 1
    for (const bad of [sealed, new Uint8Array(), new Uint8Array(60), new Uint8Array(200)])
      expect(await refusalOf(() => store.unseal(bad, record))).toBe('store')
  })
})

describe('a store that lost its keys', () => {
  it.each(['mac.key', 'dak.pem', 'factory'])('is dead without %s', async (file) => {
    await writeFile(join(dir, file), 'x')
    expect(await openFileStore(dir, machine.random)).toBeNull()
    await rm(join(dir, file))
    expect(await openFileStore(dir, machine.random)).toBeNull()
  })
})

describe('the attestation', () => {
  it('is signed by the dak and speaks of the state lived in, lapsed holds left out', async () => {
    const outstanding = { index: 4, act: 'hold', auth: 'zz', foundBy: null, okc: null, exp: 10 }
    const device = { state: 'held', ctr: 3, outstanding } as const
    const record = { ...(await recordNow()), device } as StoreRecord
    const nonce = machine.random(32)
    const boot = {
      count: 9,
      seed: machine.random(32),
      ...(await measure(join(home, 'phone'), store.factory)),
    }
    const read = async (now: number) =>
      readEat(
        await store.attest({ nonce, record: { ...record, now }, boot }),
        nodeVerifiers().es256,
      )
    expect(await read(10)).toMatchObject({
      nonce,
      dak: store.dak,
      state: 'held',
      outstanding: 4,
      ctr: 3,
      bootCount: 9,
      bootSeed: boot.seed,
      bootVerified: true,
      measured: boot.measured,
    })
    expect(await read(11)).toMatchObject({ state: 'protected', outstanding: null, ctr: 3 })
  })
})
