import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { codeOfWork } from '../../../test/vectors/outcome.ts'
import { World, type Handset } from '../../../test/world.ts'
import { tacOf, type Factor, type WaitingAct } from '../../core/index.ts'
import { findByImei } from '../model/subjects.ts'
import { noticesOf } from './notices.ts'
import {
  cancelAct,
  confirmAct,
  forgetWaits,
  markDone,
  readyAct,
  requestAct,
  waitingAct,
} from './waits.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** What one phone's owner may ask of the world's registry, as the services see it. */
async function deskOf(world: World, { imei }: Handset) {
  const device = (await findByImei(world.database.db, imei))!.ids.dak!
  const context = () => world.running.context
  return {
    device,
    request: (act: WaitingAct = 'reset', first: Factor = 'phone', id: string = randomUUID()) =>
      requestAct(context(), { id, device, act, first }),
    confirm: (second: Factor = 'owner-key', act: WaitingAct = 'reset') =>
      confirmAct(context(), { device, act, second }),
    cancel: () => cancelAct(context(), { device }),
    ready: (act: WaitingAct = 'reset') => readyAct(context(), { device, act }),
    status: () => waitingAct(context(), device),
    notices: async () => (await noticesOf(context().db, device)).map(({ what }) => what),
  }
}

describeOnEachEngine('acts of an owner that wait', (open) => {
  test('A03: one at a time; a second never shortens, a cancelled one lengthens the next; every step is told', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const desk = await deskOf(world, await world.enrolOne())
    expect(await desk.status()).toBeNull()
    expect(await codeOfWork(desk.confirm())).toBe('not-found')
    const id = randomUUID()
    expect(await desk.request('reset', 'phone', id)).toMatchObject({
      id,
      stage: 'requested',
      readyAt: null,
    })
    expect(await codeOfWork(desk.ready())).toBe('second-factor-needed')
    const { readyAt } = await desk.confirm()
    expect(await desk.request('reset', 'phone', id)).toMatchObject({
      id,
      stage: 'pending',
      readyAt,
    })
    expect(await codeOfWork(desk.ready('unprotect'))).toBe('not-found')
    world.advance(20 * HOUR)
    await expect(desk.ready()).rejects.toMatchObject({
      code: 'reset-pending',
      facts: { readyAtSeconds: Math.ceil(readyAt! / 1000) },
    })
    // Another act in its place, of an hour: no way around the day.
    await desk.request('transfer', 'owner-key')
    expect(await codeOfWork(desk.ready())).toBe('not-found')
    await desk.confirm('phone', 'transfer')
    expect((await desk.status())!.readyAt).toBe(readyAt)
    await desk.cancel()
    expect(await codeOfWork(desk.cancel())).toBe('wrong-state')
    expect(await codeOfWork(desk.ready('transfer'))).toBe('transfer-cancelled')
    const now = world.running.context.sequencer.now()
    await desk.request('transfer', 'owner-key')
    expect((await desk.confirm('counter', 'transfer')).readyAt).toBeGreaterThanOrEqual(now + DAY)
    world.advance(DAY)
    const ready = await desk.ready('transfer')
    const { context } = world.running
    for (let twice = 0; twice < 2; twice++)
      await world.database.db
        .transaction()
        .execute((trx) => markDone(context, trx, { device: desk.device, id: ready.id }))
    expect(await codeOfWork(desk.ready('transfer'))).toBe('transfer-cancelled')
    expect(await desk.notices()).toEqual([
      'done',
      'waiting',
      'requested',
      'cancelled',
      'waiting',
      'requested',
      'waiting',
      'requested',
    ])
    await desk.request('transfer', 'owner-key')
    expect((await desk.confirm('phone', 'transfer')).readyAt).toBeLessThan(
      context.sequencer.now() + 2 * HOUR,
    )
    world.advance(91 * DAY)
    await forgetWaits(context)
    expect([await desk.status(), await desk.notices()]).toEqual([null, []])
  })

  test('A06: a hold or lock ends what waits, on a registry that was restarted too; nothing begins under one', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const handset = await world.enrolOne()
    const desk = await deskOf(world, handset)
    await desk.request()
    await desk.confirm()
    world.advance(DAY)
    expect((await desk.ready()).stage).toBe('ready')
    const { reference } = await handset.owner.report('theft')
    expect(await codeOfWork(desk.ready())).toBe('reset-cancelled')
    expect(await codeOfWork(desk.request())).toBe('wrong-state')
    await handset.owner.withdraw(reference)
    await world.stopRegistry()
    await world.startRegistry()
    await world.running.context.sequencer.whenRunning()
    // The hold is gone, and what it ended stays ended.
    expect((await desk.status())!.stage).toBe('cancelled')
    expect(await codeOfWork(desk.ready())).toBe('reset-cancelled')
    const now = world.running.context.sequencer.now()
    await desk.request()
    expect((await desk.confirm()).readyAt).toBeGreaterThanOrEqual(now + DAY)
    await world.lock({ imei: handset.imei })
    expect((await desk.status())!.stage).toBe('cancelled')
    world.advance(DAY)
    expect(await codeOfWork(desk.ready())).toBe('reset-cancelled')
  })

  test('A03: a maker chooses for its model, and a phone asks only so often', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const handset = await world.enrolOne()
    const { device, request, confirm } = await deskOf(world, handset)
    const waits = new Map([[tacOf(handset.imei), 2 * HOUR]])
    const context = { ...world.running.context, waits }
    const id = randomUUID()
    await requestAct(context, { id, device, act: 'unprotect', first: 'phone' })
    const left = async (act: WaitingAct) =>
      (await confirm('owner-key', act)).readyAt! - context.sequencer.now()
    expect(await left('unprotect')).toBeLessThanOrEqual(2 * HOUR)
    for (let asked = 1; asked < 24; asked++) await request()
    expect(await codeOfWork(request())).toBe('rate-limited')
    world.advance(DAY + HOUR)
    await request()
    expect(await codeOfWork(request('reset', 'phone', id))).toBe('idempotency-key-reused')
    expect(await left('reset')).toBeGreaterThan(23 * HOUR)
  })

  test('A05: two processes keep one clock, one request and one stop between them', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const first = await deskOf(world, await world.enrolOne())
    const other = await world.openRegistry()
    const { device } = first
    const about = { device, act: 'reset' } as const
    await first.request()
    const { readyAt } = await confirmAct(other.context, { ...about, second: 'counter' })
    expect(await codeOfWork(first.confirm())).toBe('wrong-state')
    for (const context of [world.running.context, other.context])
      expect(await waitingAct(context, device)).toMatchObject({ stage: 'pending', readyAt })
    world.advance(DAY)
    expect((await readyAct(other.context, about)).readyAt).toBe(readyAt)
    await first.cancel()
    expect(await codeOfWork(readyAct(other.context, about))).toBe('reset-cancelled')
    await other.close()
  })

  test('of requests, proofs and stops that come at once each counts once', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const desk = await deskOf(world, await world.enrolOne())
    const many = await Promise.all(Array.from({ length: 6 }, () => codeOfWork(desk.request())))
    expect(new Set(many)).toEqual(new Set(['accepted']))
    const rows = await world.database.db.selectFrom('waits').select(['no', 'ended']).execute()
    expect(rows.map(({ no }) => Number(no)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
    expect(rows.filter(({ ended }) => ended === null)).toHaveLength(1)
    const proofs = await Promise.all(Array.from({ length: 6 }, () => codeOfWork(desk.confirm())))
    expect(proofs.toSorted()).toEqual(['accepted', ...Array(5).fill('wrong-state')])
    const stops = await Promise.all(Array.from({ length: 6 }, () => codeOfWork(desk.cancel())))
    expect(stops.toSorted()).toEqual(['accepted', ...Array(5).fill('wrong-state')])
  })
})
