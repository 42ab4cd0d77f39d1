import { afterEach, beforeEach, expect, it } from 'vitest'
import { machine } from '../host/index.ts'
import type { Bundle } from '../wire/index.ts'
import { fileStores } from './file-store.ts'
import type { SecureStore, Stores } from './secure-store.ts'
import { Stage, refusalOf } from './testing/stage.ts'

/** Grants that the store was offered, by the state of the record they came with. */
let offered: string[]

/** Files, and a note of every grant. */
function noting(): Stores {
  const files = fileStores(machine.random)
  const watch = (store: SecureStore): SecureStore => {
    const apply = store.apply.bind(store)
    store.apply = (record, grants) => {
      if (grants) offered.push(`${record.device.state} ${Buffer.from(grants).toString()}`)
      return apply(record)
    }
    return store
  }
  const open = async (dir: string) => {
    const store = await files.open(dir)
    return store && watch(store)
  }
  return { ...files, open }
}

let stage: Stage
beforeEach(async () => {
  offered = []
  stage = await Stage.boot({ stores: noting() })
})
afterEach(() => stage.close())

const carrying = (grants: string) => ({
  change: (bundle: Bundle) => ({ ...bundle, grants: new Uint8Array(Buffer.from(grants)) }),
})
const receive = (bundle: Uint8Array) => refusalOf(() => stage.phone.receive(bundle))

it('a lock whose grants were lost on the way is offered them when its bundle comes again', async () => {
  const order = stage.log.order('lock', stage.ids, { ctr: 1 })
  const [bare, whole] = [
    await stage.log.bundle(order),
    await stage.log.bundle(order, carrying('L')),
  ]
  expect(await receive(bare)).toBe('none')
  expect(offered).toEqual([])
  expect(await receive(whole)).toBe('replay')
  expect(offered).toEqual(['stolen L'])
  expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', index: order.index })
})

it('so is a lock behind a later find, while it is in force; and no order that is over', async () => {
  const lock = stage.log.order('lock', stage.ids, { ctr: 1 })
  await stage.phone.receive(await stage.log.bundle(lock))
  const of = { of: lock.index }
  const found = await stage.log.issue('found', stage.ids, { ctr: 2, ...of })
  await stage.phone.receive(found.bundle)
  const again = await stage.log.bundle(lock, carrying('L'))
  expect(await receive(again)).toBe('replay')
  expect(offered).toEqual(['recovered L'])

  const release = await stage.log.issue('release', stage.ids, { ctr: 3, ...of }, carrying('R'))
  await stage.phone.receive(release.bundle)
  expect(await receive(again)).toBe('replay')
  expect(await receive(release.bundle)).toBe('replay')
  expect(offered).toEqual(['recovered L', 'protected R', 'protected R'])
})

it('A54 grants that come without a public order are offered to nobody', async () => {
  const lock = stage.log.order('lock', stage.ids, { ctr: 1 })
  await stage.phone.receive(await stage.log.bundle(lock))
  const unseen = await stage.log.bundle(lock, { guardians: 0, ...carrying('L') })
  expect(await receive(unseen)).toBe('guardian-quorum')
  const other = await stage.log.issue('lock', stage.stranger, { ctr: 1 }, carrying('L'))
  expect(await receive(other.bundle)).toBe('not-this-device')
  const older = await stage.log.issue('lock', stage.ids, { ctr: 1 }, carrying('L'))
  expect(await receive(older.bundle)).toBe('replay')
  expect(offered).toEqual([])
})

it('a hold that comes again renews nothing: its 72 hours run on', async () => {
  const order = stage.log.order('hold', stage.ids, { ctr: 1, lasts: 71 * 3600 })
  await stage.phone.receive(await stage.log.bundle(order))
  stage.run(71)
  expect(await receive(await stage.log.bundle(order, carrying('H')))).toBe('replay')
  expect(stage.phone.screen()?.kind).toBe('held')
  stage.run(2)
  expect(stage.phone.screen()?.kind).toBe('home')
})
