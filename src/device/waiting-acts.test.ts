import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ResetTicket } from '../core/index.ts'
import { generateEs256, machine } from '../host/index.ts'
import { Phone } from './phone.ts'
import { Stage, refusalOf } from './testing/stage.ts'

const PASSCODE = { passcode: true, biometric: false }
const FACE = { passcode: false, biometric: true }
const NOTHING = { passcode: false, biometric: false }
const TEN_YEARS_MS = 10 * 365 * 86_400_000

let stage: Stage
beforeEach(async () => (stage = await Stage.boot()))
afterEach(() => stage.close())

const kind = () => stage.phone.screen()?.kind
const menu = (factor = PASSCODE) => refusalOf(() => stage.phone.factoryReset('menu', factor))

describe('a reset from the menu', () => {
  it('A03: needs what the phone can judge, a ticket, and an open phone', async () => {
    expect(await menu(NOTHING)).toBe('proof-too-weak')
    stage.registry.waits = stage.log.now + 3600
    await expect(stage.phone.factoryReset('menu', PASSCODE)).rejects.toMatchObject({
      code: 'reset-pending',
      facts: { readyAtSeconds: stage.log.now + 3600 },
    })
    expect(kind()).toBe('home')
    await stage.registry.stop()
    expect(await menu()).toBe('unavailable')
    expect(kind()).toBe('home')
  })

  it('erases with one, and activation follows', async () => {
    expect(await menu(FACE)).toBe('none')
    expect(kind()).toBe('activation-needed')
    const [asked] = stage.registry.requests
    expect(asked).toMatchObject({ step: 'use', act: 'reset', ctr: 0, mail: null })
    expect(asked!.device).toEqual(stage.ids.dak)
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })

  it.each<[string, (ticket: ResetTicket) => ResetTicket]>([
    ['reset-refused', (ticket) => ({ ...ticket, act: 'unprotect' })],
    ['token-wrong-device', (ticket) => ({ ...ticket, dak: machine.random(32) })],
    ['token-nonce', (ticket) => ({ ...ticket, nonce: machine.random(32) })],
    ['replay', (ticket) => ({ ...ticket, ctr: ticket.ctr + 1 })],
    ['token-expired', (ticket) => ({ ...ticket, exp: stage.log.now - 5 })],
  ])('A03: is refused under a bad ticket: %s', async (code, bend) => {
    // What cosigners have shown is the phone's time.
    const { index } = await stage.hold(1)
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(release.bundle)
    stage.registry.bendTicket = bend
    expect(await menu()).toBe(code)
    expect(kind()).toBe('home')
    stage.registry.bendTicket = (ticket) => ticket
    expect(await menu()).toBe('none')
  })

  it('A03: no other key gives a ticket', async () => {
    const { signers } = stage.registry
    stage.registry.signers = [generateEs256().signer]
    expect(await menu()).toBe('chain')
    stage.registry.signers = [stage.log.founding.maker.signer]
    stage.registry.certificates = stage.log.founding.certificates
    expect(['chain', 'signer-set']).toContain(await menu())
    stage.registry.signers = signers
    expect(kind()).toBe('home')
  })

  it('A06: an order that comes while the ticket is on its way counts more', async () => {
    const received: Promise<unknown>[] = []
    stage.registry.bendTicket = (ticket) => {
      received.push(stage.hold(1))
      return ticket
    }
    const code = await menu()
    await Promise.all(received)
    // Either way round: held, and no ticket opens anything after it.
    expect(kind()).toBe('held')
    expect(['none', 'reset-refused', 'replay']).toContain(code)
    expect(await menu()).toBe('reset-refused')
  })

  it('A05: no clock of the phone is asked', async () => {
    stage.registry.waits = stage.log.now + 3600
    for (const off of [-TEN_YEARS_MS, TEN_YEARS_MS]) {
      const clock = () => Date.now() + off
      await stage.phone.powerOff()
      const phone = new Phone({ ...stage.options(), surroundings: { ...machine, clock } })
      await phone.powerOn()
      expect(await refusalOf(() => phone.factoryReset('menu', PASSCODE))).toBe('reset-pending')
      expect(phone.screen()?.kind).toBe('home')
      await phone.powerOff()
    }
    await stage.phone.powerOn()
    stage.run(24 * 365)
    expect(await menu()).toBe('reset-pending')
  })
})

describe('asking', () => {
  it('A03: tells on the glass what was asked for and how to stop it, and goes on after a sync', async () => {
    expect(await refusalOf(() => stage.phone.ask('reset', NOTHING))).toBe('proof-too-weak')
    await stage.phone.ask('reset', PASSCODE)
    expect(stage.registry.requests.at(-1)).toMatchObject({ step: 'ask', act: 'reset', ctr: 0 })
    const screen = stage.phone.screen()
    expect(screen).toMatchObject({ kind: 'home', notice: { what: 'requested', act: 'reset' } })
    const readyAt = '2026-03-05T10:00:00.000Z'
    const said = { what: 'waiting', act: 'reset', readyAt, text: 'in plain words' } as const
    stage.registry.notice = { at: readyAt, ...said }
    await stage.phone.sync()
    expect(stage.phone.screen()).toEqual({
      kind: 'home',
      notice: { what: 'waiting', act: 'reset', until: readyAt, text: 'in plain words' },
    })
    await stage.lock()
    expect(stage.phone.screen()).not.toHaveProperty('notice')
    expect(await refusalOf(() => stage.phone.ask('reset', PASSCODE))).toBe('reset-refused')
    expect(await refusalOf(() => stage.phone.stop())).toBe('reset-refused')
  })
})

describe('protection', () => {
  it('A03: goes off with a ticket only, stays off, lifts the wait and nothing else, and is on at once', async () => {
    expect(stage.phone.isProtected).toBe(true)
    expect(await refusalOf(() => stage.phone.setProtection(false))).toBe('proof-too-weak')
    stage.registry.bendTicket = (ticket) => ({ ...ticket, act: 'reset' })
    expect(await refusalOf(() => stage.phone.setProtection(false, PASSCODE))).toBe('reset-refused')
    stage.registry.bendTicket = (ticket) => ticket
    await stage.phone.setProtection(false, PASSCODE)
    expect(stage.registry.eats.at(-1)!.isProtected).toBe(false)
    await stage.reboot()
    expect(stage.phone.isProtected).toBe(false)
    await stage.phone.setProtection(true)
    expect(stage.registry.eats.at(-1)!.isProtected).toBe(true)
    await stage.phone.setProtection(false, PASSCODE)

    const asked = stage.registry.requests.length
    await stage.phone.factoryReset('menu')
    expect(stage.registry.requests).toHaveLength(asked)
    expect(kind()).toBe('activation-needed')
    stage.registry.refuses = 'activation-refused'
    expect(await refusalOf(() => stage.phone.activate())).toBe('activation-refused')
    stage.registry.refuses = null
    await stage.phone.activate()
    // Who sets it up next begins under protection.
    expect(stage.phone.isProtected).toBe(true)

    await stage.phone.setProtection(false, PASSCODE)
    await stage.lock()
    expect(kind()).toBe('stolen')
    expect(await menu()).toBe('reset-refused')
  })
})
