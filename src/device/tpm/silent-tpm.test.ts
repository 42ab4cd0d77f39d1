import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Refusal, concat, fromHex, u32 } from '../../core/index.ts'
import { generateEs256, machine } from '../../host/index.ts'
import { FakeTpm, type Said } from '../testing/fake-tpm.ts'
import { refusalOf } from '../testing/stage.ts'
import { CC } from './codes.ts'
import { nvRead } from './nv-commands.ts'
import { flushAll, tidy, using } from './places.ts'
import { PolicySession } from './policy-session.ts'
import { writeSetting } from './store-files.ts'
import { openTpmStore } from './open-store.ts'
import { Tpm, TpmRefusal } from './tpm.ts'

const command = { code: CC.readPublic, handles: [1] }
const refusing = (rc: number) => concat(fromHex('80010000000a'), u32(rc))
const DONE = refusing(0)
const HANDLES = fromHex('800100000013000000000000000001')
const codeOf = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset).getUint32(6)

/** What the store hears of a TPM that says so to every command, and how many it sent. */
async function asks(say: (command: Uint8Array, nth: number) => Said, timeoutMs?: number) {
  await using fake = await FakeTpm.start(say, timeoutMs)
  const tpm = new Tpm(fake.address)
  const outcome = await refusalOf(() => tpm.tell(command))
  tpm.close()
  return { outcome, heard: fake.heard.length, isInDoubt: tpm.isInDoubt }
}

describe('A92 a TPM that does not answer as one', () => {
  it.each<[string, Said]>([
    ['says nothing', 'nothing'],
    ['hangs up', 'hang-up'],
    ['says half a header', fromHex('80010000')],
    ['says less than it announces', fromHex('80010000000c00000000')],
    ['announces more than any', fromHex('8001ffffffff00000000')],
    ['announces less than a header', fromHex('80010000000900000000')],
    ['says more than it announces', concat(DONE, fromHex('00'))],
    ['speaks another protocol', new TextEncoder().encode('HTTP/1.1 200 OK\r\n\r\n')],
  ])('that %s is refused, in time', async (_, said) => {
    expect(await asks(() => said)).toEqual({ outcome: 'store', heard: 1, isInDoubt: true })
  })

  it('that is not there is refused, and so is a link that was closed', async () => {
    const tpm = new Tpm({ host: '127.0.0.1', port: 1, timeoutMs: 100 })
    expect(await refusalOf(() => tpm.tell(command))).toBe('store')
    tpm.close()
    expect(await refusalOf(() => tpm.tell(command))).toBe('store')
  })

  it('that answers too late is not believed afterwards', async () => {
    const say = (_: Uint8Array, nth: number) => (nth === 1 ? 'nothing' : refusing(0x101))
    await using fake = await FakeTpm.start(say)
    const tpm = new Tpm(fake.address)
    expect(await refusalOf(() => tpm.tell(command))).toBe('store')
    fake.sayTo(0, DONE)
    await expect(tpm.tell(command)).rejects.toBeInstanceOf(TpmRefusal)
    tpm.close()
  })

  it.each([0x908, 0x90a, 0x920, 0x922])('that puts it off with %i is asked again', async (rc) => {
    const say = (_: Uint8Array, nth: number) => (nth < 3 ? refusing(rc) : DONE)
    expect(await asks(say)).toEqual({ outcome: 'none', heard: 3, isInDoubt: false })
  })

  it('that puts it off for ever is refused, by count and by time', async () => {
    const byCount = await asks(() => refusing(0x922), 60_000)
    expect(byCount).toEqual({ outcome: 'store', heard: 50, isInDoubt: false })
    const byTime = await asks(() => refusing(0x922), 100)
    expect(byTime.outcome).toBe('store')
    expect(byTime.heard).toBeLessThan(50)
  })

  it('that reads less than an index holds is refused, not filled up with zeros', async () => {
    const short = fromHex(`80020000001900000000${'00000006'}${'000400000007'}${'0000010000'}`)
    await using fake = await FakeTpm.start(() => short)
    const tpm = new Tpm(fake.address)
    const index = { handle: 1, attributes: 0, policy: new Uint8Array(32), size: 8 }
    expect(await refusalOf(() => nvRead(tpm, index))).toBe('store')
    tpm.close()
  })
})

it('A19 a session without a nonce is none: what is signed for it would hold in every other', async () => {
  const bare = fromHex(`80010000001000000000${'03000000'}${'0000'}`)
  await using fake = await FakeTpm.start(() => bare)
  const tpm = new Tpm(fake.address)
  const begun: PolicySession[] = []
  const begin = () => PolicySession.during(tpm, async (session) => void begun.push(session))
  expect(await refusalOf(begin)).toBe('store')
  expect([begun.length, tpm.isInDoubt]).toEqual([0, true])
  tpm.close()
})

describe('places in a TPM', () => {
  it('are given back when the TPM refuses what was done in them', async () => {
    const say = (frame: Uint8Array) => (codeOf(frame) === CC.readPublic ? refusing(0x18b) : DONE)
    await using fake = await FakeTpm.start(say)
    const tpm = new Tpm(fake.address)
    await refusalOf(() => using(tpm, Promise.resolve(9), () => tpm.tell(command)))
    expect(fake.heard.map(codeOf)).toEqual([CC.readPublic, CC.flushContext])
    tpm.close()
  })

  it('are given back when we think better of it', async () => {
    await using fake = await FakeTpm.start(() => DONE)
    const tpm = new Tpm(fake.address)
    const forbid = () => Promise.reject(new Refusal('wrong-state', 'not now'))
    expect(await refusalOf(() => using(tpm, Promise.resolve(9), forbid))).toBe('wrong-state')
    expect(fake.heard.map(codeOf)).toEqual([CC.flushContext])
    tpm.close()
  })

  it('are not asked for while it is silent, and all given back before the next turn', async () => {
    const none = concat(HANDLES, u32(0))
    const say = (frame: Uint8Array) => (codeOf(frame) === CC.getCapability ? none : 'nothing')
    await using fake = await FakeTpm.start(say)
    const tpm = new Tpm(fake.address)
    await refusalOf(() => using(tpm, Promise.resolve(9), () => tpm.tell(command)))
    expect(fake.heard).toHaveLength(1)
    await tidy(tpm)
    expect(fake.heard.slice(1).map(codeOf)).toEqual([
      CC.getCapability,
      CC.getCapability,
      CC.getCapability,
    ])
    await tidy(tpm)
    expect(fake.heard).toHaveLength(4)
    tpm.close()
  })

  it('a list of them that is longer than any ends', async () => {
    await using fake = await FakeTpm.start(() => concat(HANDLES, u32(0xffffffff)))
    const tpm = new Tpm(fake.address)
    expect(await refusalOf(() => flushAll(tpm))).toBe('store')
    tpm.close()
  })
})

it('a store whose TPM is silent is dead, and soon', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'stolen-mode-silent-'))
  const approver = generateEs256().signer.key
  await writeSetting(dir, { approver, recordKey: new Uint8Array(100) })
  await using fake = await FakeTpm.start(() => 'nothing')
  const { address } = fake
  expect(await openTpmStore({ dir, address, random: machine.random })).toBeNull()
  expect(fake.heard).toHaveLength(1)
  await rm(dir, { recursive: true })
})
