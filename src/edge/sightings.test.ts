import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseImei14 } from '../core/index.ts'
import { generateEs256, machine, makeLogger } from '../host/index.ts'
import { Alarms } from './alarms.ts'
import { SightingSpool } from './sighting-spool.ts'
import { Sightings } from './sightings.ts'

const DAY = 86_400_000
const logger = makeLogger('test', 'silent')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-sightings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the same phone at the same peer is sighted once an hour, whatever a wrong clock said before', async () => {
  let now = 1_790_000_000_000
  const sightings = new Sightings({
    spool: await SightingSpool.open(folder),
    signer: generateEs256().signer,
    registryUrl: 'http://127.0.0.1:1',
    connector: undefined,
    treeSize: () => 1,
    alarms: new Alarms(logger),
    surroundings: { ...machine, clock: () => now },
    logger,
  })
  const asker = { peer: 'mme-1', country: 'ZZ', network: '00101' }
  const imei14 = parseImei14('00101701000001')
  const sighted = (after: number) => {
    now += after
    const before = sightings.waiting
    sightings.see({ imei14, svn: null, state: 'stolen', asker })
    return sightings.waiting - before
  }
  expect([0, DAY / 48, DAY / 48].map(sighted)).toEqual([1, 0, 1])
  expect([400 * DAY, -400 * DAY, 1_000].map(sighted)).toEqual([1, 1, 0])
  await sightings.close()
})
