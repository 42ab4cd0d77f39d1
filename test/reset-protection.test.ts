import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OwnerWaits, stopByCard } from '../src/cli/clients/owner-waits.ts'
import {
  coseKey,
  decodeCbor,
  encodeCbor,
  fromBase64,
  parseBatch,
  parseEntry,
  protectionRecord,
  saltedRecord,
  signOwnerRequest,
  toBase64,
  withCheckDigit,
  type WaitingAct,
} from '../src/core/index.ts'
import { Phone } from '../src/device/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { leafHash } from '../src/log/index.ts'
import { deliver } from '../src/registry/services/outbox.ts'
import { ask, openApi } from './ask.ts'
import { World, type Handset } from './world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEARS = 10 * 365 * DAY
/** All a thief has who looked over the owner's shoulder. */
const PASSCODE = { passcode: true, biometric: false }

let world: World
beforeAll(async () => (world = await World.boot()))
afterAll(() => world[Symbol.asyncDispose]())

const keyOf = ({ ownerKey }: Handset) => new OwnerWaits(world.registryUrl, ownerKey)
const tryMenu = (phone: Phone) => codeOf(phone.factoryReset('menu', PASSCODE))

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}

async function stageOf(handset: Handset) {
  const [phone] = await keyOf(handset).phones()
  return phone!.waiting?.stage ?? null
}

/** Both factors are there. @returns when it will be ready, ms */
async function begin(handset: Handset, act: 'reset' | 'unprotect' = 'reset'): Promise<number> {
  await handset.phone.ask(act, PASSCODE)
  const { readyAt } = await keyOf(handset).confirm(act)
  return Date.parse(readyAt!)
}

/** The same phone with another clock than everybody's. */
async function withClock<T>(
  handset: Handset,
  off: number,
  work: (phone: Phone) => Promise<T>,
): Promise<T> {
  const { registryUrl, surroundings, logger } = world
  const { dir } = handset
  await handset.phone.powerOff()
  const phone = new Phone({
    dir,
    registryUrl,
    country: 'ZZ',
    surroundings: { ...surroundings, clock: () => surroundings.clock() + off },
    monotonic: () => performance.now() + Math.max(0, off),
    logger,
  })
  await phone.powerOn()
  try {
    return await work(phone)
  } finally {
    await phone.powerOff()
    await handset.phone.powerOn()
  }
}

describe('erasing a phone', () => {
  test('A03: the passcode alone asks, and gets nothing; two factors and a day erase it', async () => {
    const handset = await world.enrolOne()
    const { phone, card, owner } = handset
    expect(await tryMenu(phone)).toBe('not-found')
    await phone.ask('reset', PASSCODE)
    expect(phone.screen()).toMatchObject({
      kind: 'home',
      notice: { what: 'requested', act: 'reset' },
    })
    expect(await tryMenu(phone)).toBe('second-factor-needed')
    expect(await stageOf(handset)).toBe('requested')
    const { readyAt } = await keyOf(handset).confirm('reset')
    expect(Date.parse(readyAt!)).toBeGreaterThanOrEqual(world.surroundings.clock() + DAY - HOUR)
    await phone.sync()
    expect(phone.screen()).toMatchObject({ notice: { what: 'waiting', until: readyAt } })
    await expect(phone.factoryReset('menu', PASSCODE)).rejects.toMatchObject({
      code: 'reset-pending',
      facts: { readyAtSeconds: Math.ceil(Date.parse(readyAt!) / 1000) },
    })
    // Asking again does not shorten it.
    await phone.ask('reset', PASSCODE)
    expect(await tryMenu(phone)).toBe('second-factor-needed')
    const again = await keyOf(handset).confirm('reset')
    expect(Date.parse(again.readyAt!)).toBeGreaterThanOrEqual(Date.parse(readyAt!))
    // The owner has heard of it, and stops it with no more than the card.
    const [told] = await keyOf(handset).phones()
    expect(told!.notices.map(({ what }) => what)).toEqual([
      'waiting',
      'requested',
      'waiting',
      'requested',
    ])
    await stopByCard(world.registryUrl, card)
    expect(await codeOf(stopByCard(world.registryUrl, card))).toBe('wrong-state')
    expect(await codeOf(stopByCard(world.registryUrl, 'AAAAAAAAAA'))).toBe('proof-too-weak')
    await world.pass(2 * DAY)
    expect(await tryMenu(phone)).toBe('reset-cancelled')
    await phone.sync()
    expect(phone.screen()).toMatchObject({ notice: { what: 'cancelled' } })

    await begin(handset)
    await world.pass(DAY)
    expect(await codeOf(phone.factoryReset('menu', { passcode: false, biometric: false }))).toBe(
      'proof-too-weak',
    )
    expect(await tryMenu(phone)).toBe('accepted')
    expect(phone.screen()?.kind).toBe('activation-needed')
    await phone.activate()
    expect(await stageOf(handset)).toBe('done')
    expect(await tryMenu(phone)).toBe('reset-cancelled')
    expect((await owner.report('theft')).state).toBe('held')
  })

  test('A03: is stopped from the phone, by key, and by any counter; the next waits a day again', async () => {
    const handset = await world.enrolOne()
    const by = world.founding.officers[0]!.signer
    const serial = (await keyOf(handset).phones())[0]!.serial!
    const stops = [
      () => handset.phone.stop(),
      () => keyOf(handset).stop(serial),
      () => ask(world, { path: '/v1/counter-cancellations', body: { serial }, by }),
    ]
    for (const stop of stops) {
      await begin(handset)
      await stop()
      expect(await stageOf(handset)).toBe('cancelled')
      expect(await tryMenu(handset.phone)).toBe('reset-cancelled')
    }
    const stranger = new OwnerWaits(world.registryUrl, generateEs256().signer)
    expect(await codeOf(stranger.phones())).toBe('owner-key')
    const { device } = (await keyOf(handset).phones())[0]!
    const other = await world.enrolOne()
    const foreign = await signed('stop', other, { device })
    expect(await ask(world, { path: '/v1/wait-cancellations', body: foreign })).toMatchObject({
      code: 'owner-key',
    })
  })

  test('A04: home, office and abroad are one: no place stands in any question', async () => {
    const { paths } = await openApi(world)
    const asked = Object.entries(paths).filter(([path]) => /wait|counter-|contact/.test(path))
    expect(asked.length).toBeGreaterThanOrEqual(8)
    const bodies = JSON.stringify(
      asked.map(([, route]) => (route['post'] as unknown as { requestBody: unknown }).requestBody),
    )
    expect(bodies).not.toMatch(/country|place|location|network|latitude|wifi|home/i)
    const handset = await world.enrolOne()
    await begin(handset)
    const [at] = await keyOf(handset).phones()
    expect(Date.parse(at!.waiting!.readyAt!) - world.surroundings.clock()).toBeGreaterThan(
      DAY - HOUR,
    )
  })

  test('A05: ten years on the phone’s clock, power cycles and a recovery wipe change nothing; nor does a restart of the registry', async () => {
    const handset = await world.enrolOne()
    const readyAt = await begin(handset)
    for (const off of [YEARS, -YEARS]) {
      expect(await withClock(handset, off, tryMenu)).toBe('reset-pending')
      expect((await keyOf(handset).phones())[0]!.waiting!.readyAt).toBe(
        new Date(readyAt).toISOString(),
      )
    }
    await world.stopRegistry()
    expect(await tryMenu(handset.phone)).toBe('unavailable')
    await world.startRegistry()
    await world.running.context.sequencer.whenRunning()
    await handset.phone.factoryReset('recovery-wipe')
    expect(await tryMenu(handset.phone)).toBe('reset-refused')
    await handset.phone.activate()
    expect(await tryMenu(handset.phone)).toBe('reset-pending')
    await world.pass(readyAt - world.surroundings.clock() - 5_000)
    expect(await tryMenu(handset.phone)).toBe('reset-pending')
    await world.pass(6_000)
    expect(await tryMenu(handset.phone)).toBe('accepted')
  })

  test('A06: a delay armed before the theft dies with the hold, and with the lock', async () => {
    const handset = await world.enrolOne()
    await begin(handset)
    await world.pass(DAY)
    const { reference } = await handset.owner.report('robbery')
    expect(await tryMenu(handset.phone)).toBe('reset-cancelled')
    await handset.phone.sync()
    expect(handset.phone.screen()?.kind).toBe('held')
    expect(await codeOf(handset.phone.ask('reset', PASSCODE))).toBe('reset-refused')
    const document = await signed('ask', handset, { act: 'reset' })
    expect(
      await ask(world, { path: '/v1/waits', body: { request: document.request } }),
    ).toMatchObject({
      code: 'signature',
    })
    await handset.owner.withdraw(reference)
    await world.settle()
    await handset.phone.sync()
    expect(handset.phone.screen()).toMatchObject({ kind: 'home', notice: { what: 'cancelled' } })
    expect(await tryMenu(handset.phone)).toBe('reset-cancelled')
    await begin(handset)
    await world.lock({ imei: handset.imei })
    await world.pass(DAY)
    // It has not heard of the lock, and still gets no ticket.
    expect(await tryMenu(handset.phone)).toBe('reset-cancelled')
    await world.audit()
  })

  test('A26: no code of a text message or call has a place; card and stranger are too weak', async () => {
    const handset = await world.enrolOne()
    await handset.phone.ask('reset', PASSCODE)
    const path = '/v1/wait-confirmations'
    const { card } = handset
    expect(await ask(world, { path, body: { card, act: 'reset' } })).toMatchObject({
      status: 403,
      code: 'proof-too-weak',
    })
    for (const body of [
      { otp: '123456' },
      { card, act: 'reset', code: '123456' },
      { code: '123456', act: 'reset' },
    ])
      expect(await ask(world, { path, body })).toMatchObject({ code: 'malformed' })
    const { paths } = await openApi(world)
    const asked = Object.entries(paths).filter(([name]) => /wait|counter-|contact/.test(name))
    expect(JSON.stringify(asked.map(([, route]) => route['post']))).not.toMatch(
      /"(otp|sms|pin|phone|msisdn|smsCode|code)"/i,
    )
    expect(await stageOf(handset)).toBe('requested')
    // Who he is, he shows at a counter; and no other certified party is one.
    const counter = {
      path: '/v1/counter-confirmations',
      body: { act: 'reset', imei: withCheckDigit(handset.imei) },
    }
    expect(await ask(world, { ...counter, by: world.founding.maker.signer })).toMatchObject({
      code: 'forbidden',
    })
    expect(await ask(world, { ...counter })).toMatchObject({ code: 'unauthenticated' })
    const by = world.founding.operators[0]!.signer
    expect((await ask(world, { ...counter, by })).json).toMatchObject({ stage: 'pending' })
  })

  test('A03: a request is good once, for one step, by one key', async () => {
    const handset = await world.enrolOne()
    await handset.phone.ask('reset', PASSCODE)
    const path = '/v1/wait-confirmations'
    const stop = await signed('stop', handset, { act: 'reset' })
    expect(await ask(world, { path, body: stop })).toMatchObject({ code: 'malformed' })
    const good = await signed('confirm', handset, { act: 'reset' })
    const thief = await signed(
      'confirm',
      { ...handset, ownerKey: generateEs256().signer },
      { act: 'reset' },
    )
    expect(await ask(world, { path, body: { ...good, request: thief.request } })).toMatchObject({
      code: 'signature',
    })
    expect(await ask(world, { path, body: thief })).toMatchObject({ code: 'owner-key' })
    const all = await Promise.all(Array.from({ length: 4 }, () => ask(world, { path, body: good })))
    expect(all.map(({ code }) => code ?? 'accepted').toSorted()).toEqual([
      'accepted',
      ...Array<string>(3).fill('token-nonce'),
    ])
  })
})

describe('switching protection off', () => {
  test('A03: takes the same two factors and day, stands in the log before the phone hears of it, and saves no stolen phone', async () => {
    const handset = await world.enrolOne()
    const { phone } = handset
    expect(await codeOf(phone.setProtection(false, PASSCODE))).toBe('not-found')
    await begin(handset, 'unprotect')
    expect(await codeOf(phone.setProtection(false, PASSCODE))).toBe('reset-pending')
    // A day for the one is no day for the other.
    expect(await tryMenu(phone)).toBe('not-found')
    await world.pass(DAY)
    const { size } = world.running.context.sequencer.ledger
    await phone.setProtection(false, PASSCODE)
    expect(phone.isProtected).toBe(false)
    expect((await keyOf(handset).phones())[0]).toMatchObject({
      isProtected: false,
      waiting: { stage: 'done' },
    })
    const { db } = world.database
    const [change] = await db.selectFrom('protection_changes').selectAll().execute()
    const { leaf } = await db
      .selectFrom('entries')
      .select('leaf')
      .where('index', '=', BigInt(size))
      .executeTakeFirstOrThrow()
    const { kind, body } = parseEntry(new Uint8Array(leaf))
    const batch = parseBatch(body.payload)
    expect({ kind, type: batch.type, at: Number(change!.log_index) }).toEqual({
      kind: 'batch',
      type: 'enrolments',
      at: size,
    })
    const record = protectionRecord(new Uint8Array(change!.device_id), false)
    expect(batch.root).toEqual(leafHash(saltedRecord(new Uint8Array(change!.salt), record)))
    expect(decodeCbor(record)).toHaveLength(3)

    // What it changes: the menu needs no ticket. On again: at once, and public.
    await phone.setProtection(true)
    expect(await tryMenu(phone)).toBe('not-found')
    expect((await keyOf(handset).phones())[0]).toMatchObject({ isProtected: true })
    await begin(handset, 'unprotect')
    await world.pass(DAY)
    await phone.setProtection(false, PASSCODE)
    expect(await tryMenu(phone)).toBe('accepted')
    await phone.activate()
    expect(phone.isProtected).toBe(true)

    // What it does not: lock, register and activation.
    await begin(handset, 'unprotect')
    await world.pass(DAY)
    await phone.setProtection(false, PASSCODE)
    await world.lock({ imei: handset.imei })
    await world.settle()
    expect(await world.probe.ask(handset.imei)).toBe('BLACKLISTED')
    await phone.sync()
    expect(phone.screen()?.kind).toBe('stolen')
    expect(await tryMenu(phone)).toBe('reset-refused')
    await phone.factoryReset('recovery-wipe')
    expect(await codeOf(phone.activate())).toBe('activation-refused')
  })
})

describe('notices', () => {
  test('A03: mail says what, when and how to stop it, asks for nothing, and the old address hears of a new one', async () => {
    const handset = await world.enrolOne()
    await keyOf(handset).tellBy('owner@mail.example')
    await handset.phone.ask('reset', PASSCODE)
    await handset.phone.ask('reset', PASSCODE)
    await keyOf(handset).confirm('reset')
    await keyOf(handset).tellBy('new@mail.example')
    await keyOf(handset).stop()
    expect(await codeOf(keyOf(handset).tellBy('a@b.example\r\nBcc: x@y.example'))).toBe('malformed')
    await keyOf(handset).tellBy(null)
    await begin(handset)
    const sent: { to: string; text: string }[] = []
    let isDown = true
    const post = {
      send: async (mail: { to: string; text: string }) => {
        if (isDown) throw new Error('no server')
        sent.push(mail)
      },
      close: () => undefined,
    }
    const { context } = world.running
    await deliver(context, post)
    expect(sent).toEqual([])
    isDown = false
    await deliver(context, post)
    expect(sent).toEqual([]) // not before its pause is over
    await world.pass(HOUR)
    // Two processes at once: nothing twice.
    await Promise.all([deliver(context, post), deliver(context, post)])
    await deliver(context, post)
    expect(sent.map(({ to, text }) => [to, text.slice(0, 30)])).toEqual([
      ['owner@mail.example', 'Erasing your phone was asked f'],
      ['owner@mail.example', 'Erasing your phone will be pos'],
      ['owner@mail.example', 'The address for messages about'],
      ['new@mail.example', 'Erasing your phone was stopped'],
      ['new@mail.example', 'The address for messages about'],
    ])
    expect(sent[1]!.text).toMatch(/from 20\d\d-.*Z on\. If this was not you, stop it/)
    for (const { text } of sent) {
      expect(text).not.toMatch(/enter|reply with|send us|http/i)
      expect(text).not.toContain(handset.imei)
    }
  })
})

test('A100: what an owner asked for and was told goes with the rest of his data', async () => {
  const handset = await world.enrolOne()
  await keyOf(handset).tellBy('erased@mail.example')
  await begin(handset)
  const { db } = world.database
  const mails = () =>
    db.selectFrom('outbox').select('id').where('mail', '=', 'erased@mail.example').execute()
  expect(await mails()).toHaveLength(2)
  const by = world.founding.registry[0].signer
  const body = { imei: withCheckDigit(handset.imei) }
  expect((await ask(world, { path: '/v1/erasures', body, by })).status).toBe(200)
  expect(await mails()).toEqual([])
  expect(await codeOf(keyOf(handset).phones())).toBe('owner-key')
  await world.pass(DAY)
  expect(await tryMenu(handset.phone)).toBe('not-found')
})

/** An owner's signed request about a phone, as its client would send it. */
async function signed(
  step: 'ask' | 'confirm' | 'stop',
  { ownerKey, ...handset }: Handset,
  about: { readonly act?: WaitingAct; readonly device?: string },
) {
  const { nonce } = (await ask(world, { path: '/v1/nonces', body: {}, key: randomUUID() })).json
  const device =
    about.device ??
    (await keyOf(world.handsets.find(({ imei }) => imei === handset.imei)!).phones())[0]!.device
  const request = signOwnerRequest(
    {
      step,
      act: about.act ?? null,
      device: fromBase64(device),
      nonce: fromBase64(String(nonce)),
      ctr: null,
      mail: null,
    },
    ownerKey,
  )
  return { key: toBase64(encodeCbor(coseKey(ownerKey.key))), request: toBase64(request) }
}
