import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Owner } from '../../src/cli/clients/owner.ts'
import { parseMadeDevice, parseTac, type Imei14 } from '../../src/core/index.ts'
import { Phone } from '../../src/device/index.ts'
import { Swtpm } from '../../src/device/testing/swtpm.ts'
import { admissionLine, readAdmission } from '../../src/device/tpm/admission.ts'
import { GrantBook } from '../../src/device/tpm/grant-book.ts'
import { GrantDesk } from '../../src/device/tpm/grant-desk.ts'
import type { Governed } from '../../src/device/tpm/indices.ts'
import { readBits } from '../../src/device/tpm/lock-bits.ts'
import { tpmStores } from '../../src/device/tpm/open-store.ts'
import { serveGrants, serveSignatures } from '../../src/device/tpm/serve-grants.ts'
import { approve, keysOf } from '../../src/device/tpm/sign-grants.ts'
import { Tpm } from '../../src/device/tpm/tpm.ts'
import { machine, type Listening } from '../../src/host/index.ts'
import { produce } from '../../src/sim/index.ts'
import { World } from '../world.ts'
import { key } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable(
  'grants in the field: registry, both desks, a phone on a TPM, over sockets',
)
const founders = { approver: key(), police: key(), owner: key() }
const { random } = machine

let world: World
let chip: Swtpm
let phone: Phone
let owner: Owner
let imei: Imei14
let governed: Governed
let policeDesk: GrantDesk
let ownerDesk: GrantDesk
/** What listens now, by its name. */
const running = new Map<'police' | 'owner', Listening>()
const ports = { police: 0, owner: 0 }

beforeEach(async () => {
  world = await World.boot()
  chip = await Swtpm.start()
  const { surroundings, logger, registryUrl, folder, founding } = world
  policeDesk = await deskOf('police')
  ownerDesk = await deskOf('owner')
  await serve('owner')
  await serve('police')
  await world.restartWith({ grantDeskUrl: `http://127.0.0.1:${ports.police}` })

  const stores = tpmStores({ address: chip.address, random, founders })
  const [made] = await produce({
    folder: join(folder, 'tpm-phones'),
    count: 1,
    first: 7_001,
    tac: parseTac('00101701'),
    maker: founding.maker.signer,
    root: founding.root,
    stores,
    surroundings,
  })
  const { dir, statement, record, index, path } = made!
  imei = made!.imei
  governed = { approver: founders.approver.key, device: parseMadeDevice(record).dak }
  const home = { log: world.log.key.name, authority: founding.national.sub }
  const mandate = approve(founders.approver, governed, keysOf(founders))
  const admission = readAdmission(admissionLine({ governed, home, mandate }), founding.root)
  for (const side of ['police', 'owner'] as const)
    expect(await bookOf(side).admit(admission)).toBe(true)
  const monotonic = () => performance.now()
  phone = new Phone({ dir, registryUrl, country: 'ZZ', stores, surroundings, monotonic, logger })
  await phone.powerOn()
  const ownerKey = key()
  const vouched = { statement, record, index, path, model: 'On a chip' }
  const { card } = await phone.enrol({ ...vouched, ownerKey })
  await phone.activate()
  owner = new Owner(registryUrl, card!, ownerKey)
  expect([phone.storeKind, phone.screen()?.kind]).toEqual(['tpm', 'home'])
})
afterEach(async () => {
  await phone.powerOff()
  for (const listening of running.values()) await listening.close()
  running.clear()
  await chip[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

async function deskOf(side: 'police' | 'owner'): Promise<GrantDesk> {
  await mkdir(join(world.folder, `grants-${side}`))
  const { logger } = world
  return new GrantDesk({ book: bookOf(side), side, signer: founders[side], logger })
}

const bookOf = (side: 'police' | 'owner') => new GrantBook(join(world.folder, `grants-${side}`))

async function serve(side: 'police' | 'owner'): Promise<void> {
  const { logger } = world
  const port = ports[side]
  const listening =
    side === 'owner'
      ? await serveSignatures({ desk: ownerDesk, port, logger })
      : await serveGrants({
          desk: policeDesk,
          port,
          logger,
          ownerDesk: `http://127.0.0.1:${ports.owner}`,
        })
  ports[side] = Number(new URL(listening.url).port)
  running.set(side, listening)
}

async function away(side: 'police' | 'owner'): Promise<void> {
  await running.get(side)!.close()
  running.delete(side)
}

/** L and R of the chip itself, past the phone. */
async function bits(): Promise<string> {
  await phone.powerOff()
  const tpm = new Tpm(chip.address)
  try {
    const { lock, release } = await readBits(tpm, governed)
    return `${lock} ${release}`
  } finally {
    tpm.close()
    await phone.powerOn()
  }
}
const kind = () => phone.screen()?.kind

test('locked and released by logged orders, each with grants of those who read the log themselves', async () => {
  expect(await bits()).toBe('0 0')
  const { reference } = await owner.report('theft')
  await world.settle()
  await phone.sync()
  expect([kind(), await bits()]).toEqual(['held', '0 0'])
  const { caseId } = await world.lock({ reference })
  await world.settle()
  await phone.sync()
  expect([kind(), await bits()]).toEqual(['stolen', '1 0'])
  row('locked through the registry', 'L R = 1 0: no boot key comes out')

  await world.first.release(caseId, 'returned', world.force)
  await owner.confirmRelease(reference)
  await world.settle()
  expect(await phone.sync()).toMatchObject({ refused: [] })
  expect([kind(), await bits()]).toEqual(['home', '1 1'])
  expect(kind()).toBe('home') // after the power-on of `bits`, too
  row('released through the registry', 'L R = 1 1: boots')
  await world.audit()
})

test('no lock waits for grants, and no release goes without both: who is away delays the chip alone', async () => {
  await away('police')
  const { reference } = await owner.report('theft')
  const { caseId } = await world.lock({ reference })
  await world.settle()
  await phone.sync()
  expect([kind(), await bits()]).toEqual(['stolen', '0 0'])
  await serve('police')
  await phone.sync()
  expect([kind(), await bits()]).toEqual(['stolen', '1 0'])
  row('grants of a lock that come late', 'obeyed at once; L R = 1 0 at the next question')

  await away('owner')
  await world.first.release(caseId, 'returned', world.force)
  await owner.confirmRelease(reference)
  await world.settle()
  expect(await phone.sync()).toMatchObject({ refused: ['store'] })
  expect([kind(), await bits()]).toEqual(['stolen', '1 0'])
  await serve('owner')
  expect(await phone.sync()).toMatchObject({ refused: [] })
  expect([kind(), await bits()]).toEqual(['home', '1 1'])
  row('release without the second party', 'refused: store; with it: home')
  expect(imei).toMatch(/^00101701/)
  await world.audit()
})
