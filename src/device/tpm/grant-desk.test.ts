import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseImei14, parseSerial, sha256, type DeviceIds, type Signer } from '../../core/index.ts'
import { generateEs256, makeLogger, nodeVerifiers } from '../../host/index.ts'
import { DemoLog, TAC, type Bending } from '../testing/demo-log.ts'
import { refusalOf } from '../testing/stage.ts'
import { checkGrants } from './check-grants.ts'
import { GrantBook } from './grant-book.ts'
import { GrantDesk, signatureFor } from './grant-desk.ts'
import type { Governed } from './indices.ts'
import { approve, keysOf } from './sign-grants.ts'

const key = (): Signer => generateEs256().signer
const founders = { approver: key(), police: key(), owner: key() }
const ids: DeviceIds = {
  dak: sha256(Uint8Array.of(1)),
  imeis: [parseImei14(`${TAC}000001`)],
  serial: parseSerial('SM-1'),
}
const device = ids.dak!
const governed: Governed = { approver: founders.approver.key, device }

const homeOf = (log: DemoLog) => ({ log: log.origin, authority: log.founding.national.sub })

let folder: string
let log: DemoLog
let police: GrantDesk
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-grants-'))
  log = new DemoLog(key())
  police = desk('police')
  await new GrantBook(folder).admit({ governed, home: homeOf(log), root: log.founding.root })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function desk(side: 'police' | 'owner'): GrantDesk {
  const logger = makeLogger('grants', 'silent')
  return new GrantDesk({ book: new GrantBook(folder), side, signer: founders[side], logger })
}
const bitsOf = async (bundles: readonly Uint8Array[], by = police) =>
  (await by.sign(device, bundles)).map(({ act, number }) => `${act} ${number}`)
const lockOf = async (ctr: number, bending: Bending = {}) =>
  log.issue('lock', ids, { ctr }, bending)

it('numbers locks and their releases by the log, whoever asks, as often as they ask', async () => {
  const lock = await lockOf(1)
  expect(await bitsOf([lock.bundle])).toEqual(['lock 0'])
  const found = await log.issue('found', ids, { ctr: 2, of: lock.index })
  const release = await log.issue('release', ids, { ctr: 3, of: lock.index })
  expect(await bitsOf([lock.bundle, found.bundle, release.bundle])).toEqual(['lock 0', 'release 0'])
  const second = await lockOf(4)
  const all = [lock.bundle, found.bundle, release.bundle, second.bundle]
  expect(await bitsOf(all)).toEqual(['lock 0', 'release 0', 'lock 1'])
  // A new process, and orders in any other order, find the same.
  expect(await bitsOf(all.toReversed(), desk('police'))).toEqual(['lock 0', 'release 0', 'lock 1'])
  expect(await bitsOf([])).toEqual(['lock 0', 'release 0', 'lock 1'])
})

it('signs what the chip takes: both sides, each for its own slot', async () => {
  const lock = await lockOf(1)
  const release = await log.issue('release', ids, { ctr: 2, of: lock.index })
  const theirs = await mkdtemp(join(folder, 'owner-'))
  const logger = makeLogger('grants', 'silent')
  const book = new GrantBook(theirs)
  const owner = new GrantDesk({ book, side: 'owner', signer: founders.owner, logger })
  await book.admit({ governed, home: homeOf(log), root: log.founding.root })
  const bundles = [lock.bundle, release.bundle]
  const [signed, released] = [await police.sign(device, bundles), await owner.sign(device, bundles)]
  expect(released.map(({ act }) => act)).toEqual(['release'])
  const grants = signed.map((bit) => {
    const { act, number, signature } = bit
    return { act, number, police: signature, owner: signatureFor(released, bit) }
  })
  const mandate = approve(founders.approver, governed, keysOf(founders))
  expect(() => checkGrants(governed, { mandate, grants }, nodeVerifiers().es256)).not.toThrow()
})

it('A54 signs for no order that is not logged, cosigned, lawful and about that phone', async () => {
  const lock = await lockOf(1)
  const release = await log.issue('release', ids, { ctr: 2, of: lock.index })
  const other = { ...ids, dak: sha256(Uint8Array.of(2)) }
  const stolen = log.founding.officers.map(({ signer }) => signer)
  const abroad = new DemoLog(log.owner)
  const bad: readonly Uint8Array[] = [
    (await lockOf(1, { guardians: 1 })).bundle,
    (await lockOf(1, { witnesses: 1 })).bundle,
    (await log.issue('lock', other, { ctr: 1 })).bundle,
    (await log.issue('lock', ids, { ctr: 1, signers: stolen })).bundle,
    (await lockOf(1, { change: (it) => ({ ...it, entry: it.entry.slice(0, -1) }) })).bundle,
    (await abroad.issue('lock', ids, { ctr: 1 })).bundle,
    release.bundle, // of a lock that nobody has shown
    new Uint8Array(40),
  ]
  for (const bundle of bad) expect(await bitsOf([bundle])).toEqual([])
  // By police alone a lock is not released, and what is refused stops nothing.
  const alone = { ctr: 2, of: lock.index, signers: [log.founding.forceOrder.signer] }
  const byPolice = await log.issue('release', ids, alone)
  expect(await bitsOf([...bad, lock.bundle, byPolice.bundle])).toEqual(['lock 0'])
  expect(await bitsOf([release.bundle])).toEqual(['lock 0', 'release 0'])
})

it('a retirement locks for good; a hold and its end are in the record alone', async () => {
  const hold = await log.issue('hold', ids, { ctr: 1 })
  const ended = await log.issue('release', ids, { ctr: 2, of: hold.index })
  expect(await bitsOf([hold.bundle, ended.bundle])).toEqual([])
  const lock = await lockOf(3)
  const retired = await log.issue('retire', ids, { ctr: 4, of: lock.index })
  expect(await bitsOf([lock.bundle, retired.bundle])).toEqual(['lock 0'])
  expect(await refusalOf(() => police.sign(sha256(Uint8Array.of(9)), []))).toBe('not-found')
})
