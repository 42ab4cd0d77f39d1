import { expect, test } from 'vitest'
import { signDraft } from '../../cli/clients/drafts.ts'
import { Owner } from '../../cli/clients/owner.ts'
import { ask } from '../../../test/ask.ts'
import { BenchPhone, TAC } from '../../../test/bench-phone.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import {
  madeBinding,
  fromBase64,
  parseMadeDevice,
  parseTac,
  toBase64,
  withCheckDigit,
  type Eat,
  type Imei14,
} from '../../core/index.ts'
import { generateEs256, machine } from '../../host/index.ts'
import { PartsTrade } from '../../../test/parts-trade.ts'
import { CasePage } from '../../wire/index.ts'
import { boolean, text } from '../attestation/testing/der-writer.ts'
import { MadePlatform, appleSays, rootOfTrust } from '../attestation/testing/made-chain.ts'
import { ModelNames } from '../model/model-names.ts'
import type { AndroidTrust } from '../options.ts'

const enrol = (world: World, body: unknown) => ask(world, { path: '/v1/enrolments', body })

describeOnEachEngine('enrolment', (open) => {
  test('A94 a maker gives one part to two phones: both work, and the part leaves neither', async () => {
    await using world = await World.boot({ database: await open() })
    const trade = new PartsTrade(world)
    const [real, host] = await world.enrol(2)
    const { parts } = parseMadeDevice(real!.record)
    const [display] = parts
    const maker = world.founding.maker.signer
    const second = new BenchPhone(world, imeiNumber(901))
    const vouched = second.vouched(maker, TAC, [display!])
    expect((await enrol(world, await second.body(vouched))).status).toBe(200)
    const third = new BenchPhone(world, imeiNumber(902))
    expect((await enrol(world, await third.body())).status).toBe(200)

    const binding = madeBinding(real!.record)
    const activate = async (phone: BenchPhone, owns: boolean) => {
      const attested = owns ? [{ part: display![1], binding }] : []
      const body = { eat: await phone.eat({ parts: attested }), country: 'ZZ' }
      return (await ask(world, { path: '/v1/activations', body })).code
    }
    expect(await activate(second, true)).toBeUndefined()
    expect(await activate(third, true)).toBe('part-refused')
    expect(await activate(third, false)).toBeUndefined()

    await real!.phone.factoryReset('recovery-wipe')
    await real!.phone.activate()
    expect(real!.phone.screen()).toEqual({ kind: 'home' })
    const given = await real!.phone.parts.release(['display', 'modem'], real!.ownerKey)
    await trade.swap(real!, host!, 'display')
    await trade.swap(real!, host!, 'modem')
    const pairing = host!.phone.parts.pair('display', given)
    await expect(pairing).rejects.toMatchObject({ code: 'part-duplicate' })
    await host!.phone.parts.pair('modem', given)
  })

  test('A47: only a key its maker vouches for, alive now, with numbers that nobody else has', async () => {
    await using world = await World.boot({ database: await open() })
    const { size } = world.running.context.sequencer.ledger
    const { maker, operators } = world.founding
    const phone = new BenchPhone(world, imeiNumber(1), imeiNumber(2))
    const other = new BenchPhone(world, imeiNumber(1), imeiNumber(2))
    const stranger = generateEs256().signer
    for (const [changes, code] of [
      [phone.vouched(stranger), 'chain'],
      [phone.vouched(operators[0]!.signer), 'attestation-needed'],
      [phone.vouched(maker.signer, parseTac('00101702')), 'scope'],
      [other.vouched(maker.signer), 'attestation-needed'],
      [{ index: 1 }, 'attestation-needed'],
      [{ path: [toBase64(machine.random(32))] }, 'attestation-needed'],
      [{ eat: await phone.eat({ imeis: [imeiNumber(1)] }) }, 'imei-mismatch'],
      [{ eat: await phone.eat({ imeis: [imeiNumber(2), imeiNumber(1)] }) }, 'imei-mismatch'],
      [{ eat: await phone.eat({ bootVerified: false }) }, 'boot-state-unverified'],
      [{ eat: await phone.eat({ nonce: machine.random(32) }) }, 'token-nonce'],
      [{ owner: other.ownersWord(await phone.nonce()) }, 'owner-key'],
      [{ owner: phone.ownersWord(await phone.nonce()) }, 'owner-key'],
      [{ model: 'a\u0000b' }, 'malformed'],
    ] as const)
      expect(
        (await enrol(world, await phone.body(changes))).code,
        Object.keys(changes).join(),
      ).toBe(code)
    expect(world.running.context.sequencer.ledger.size).toBe(size)

    const nonce = await phone.nonce()
    const body = await phone.body({
      eat: await phone.eat({ nonce }),
      owner: phone.ownersWord(nonce),
    })
    const enrolled = await enrol(world, body)
    expect(enrolled.json).toMatchObject({ state: 'protected', index: size })
    expect(enrolled.json['card']).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/)
    // The nonce is spent; a later, honest repetition finds the device, and shows no card again.
    expect((await enrol(world, body)).code).toBe('token-nonce')
    expect((await enrol(world, await phone.body())).json).toMatchObject({ index: size, card: null })

    // A second key for one of the numbers: refused whole, so that its other number stays free.
    const clone = new BenchPhone(world, imeiNumber(7), imeiNumber(2))
    expect((await enrol(world, await clone.body())).code).toBe('identity-conflict')
    const honest = new BenchPhone(world, imeiNumber(7))
    expect((await enrol(world, await honest.body())).json).toMatchObject({ state: 'protected' })
    await world.audit()
  })

  test('enrolled twice at the same moment: one card, and it works', async () => {
    await using world = await World.boot({ database: await open() })
    const phone = new BenchPhone(world, imeiNumber(1))
    const bodies = await Promise.all([phone.body(), phone.body()])
    const answers = await Promise.all(bodies.map((body) => enrol(world, body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const cards = answers.flatMap(({ json }) => (json['card'] === null ? [] : [json['card']]))
    expect(cards.length).toBe(1)
    const report = { path: '/v1/reports', body: { card: cards[0], why: 'theft' } }
    expect((await ask(world, report)).json).toMatchObject({ state: 'held' })
    expect(answers[0]!.json['index']).toBe(answers[1]!.json['index'])
  })
})

describeOnEachEngine('enrolment by hardware attestation', (open) => {
  /** A platform of this test's own, its list of revoked certificates as old as it says. */
  async function android(world: World, ageMs = 0): Promise<[MadePlatform, AndroidTrust]> {
    const platform = await MadePlatform.create(world.surroundings.clock())
    const asOf = world.surroundings.clock() - ageMs
    return [platform, { roots: platform.roots, status: () => ({ serials: new Set(), asOf }) }]
  }

  test('A08 A12 A47: the attested key, our nonce, its own numbers, a locked boot loader, or nothing', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const phone = new BenchPhone(world, imeiNumber(1), imeiNumber(2))
    const made = await MadePlatform.create(world.surroundings.clock())
    const before = await enrol(world, await phone.attested(made))
    expect(before.json['detail']).toMatch(/^root: /)
    const [platform, trust] = await android(world)
    await world.restartWith({ android: trust })

    const other = new BenchPhone(world, imeiNumber(1), imeiNumber(2))
    const { android: foreign } = await other.attested(platform)
    const attested = (changes: [number, Uint8Array][], given = {}) =>
      phone.attested(platform, new Map(changes), given)
    for (const [body, rule] of [
      [await attested([[704, rootOfTrust({ locked: boolean(0) })]]), 'unlocked'],
      [await attested([], { nonce: await phone.nonce() }), 'nonce'],
      [await attested([], { imeis: [imeiNumber(1)] }), 'identity'],
      [await attested([], { imeis: [imeiNumber(1), imeiNumber(3)] }), 'identity'],
      [await attested([[714, text('001017010000010')]]), 'identity'],
      [{ ...(await attested([])), android: foreign }, 'nonce'],
      [await attested([], { imeis: [] }), 'identity'],
      [await phone.attested(made), 'root'],
      [{ ...(await attested([])), android: undefined }, 'identity'],
    ] as const) {
      const answer = await enrol(world, body)
      expect(answer.code, rule).toBe('attestation-needed')
      expect(answer.json['detail']).toMatch(new RegExp(`^${rule}: `))
    }
    // Opened since the key was attested: the phone says so itself.
    const opened = await attested([], { bootVerified: false })
    expect((await enrol(world, opened)).code).toBe('boot-state-unverified')
    const { size } = world.running.context.sequencer.ledger
    const enrolled = await enrol(world, await phone.attested(platform))
    expect(enrolled.json).toMatchObject({ state: 'protected', index: size })
    expect(enrolled.json['card']).toMatch(/^[0-9A-Z]{10}$/)
    // Its numbers are taken: a key that attests them too is a second phone.
    expect((await enrol(world, await other.attested(platform))).code).toBe('identity-conflict')
    await world.audit()
  })

  test('hardware that attests no numbers needs its maker beside it; what the registry wants is explicit', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const maker = world.founding.maker.signer
    const [platform, trust] = await android(world)
    await world.restartWith({ android: trust })
    const phone = new BenchPhone(world, imeiNumber(1))
    const silent = await phone.attested(platform, new Map(), { imeis: [] })
    const both = { ...silent, ...phone.vouched(maker) }
    expect((await enrol(world, silent)).code).toBe('attestation-needed')
    expect((await enrol(world, { ...silent, index: 0 })).code).toBe('malformed')
    expect(await enrol(world, both)).toMatchObject({ status: 200 })

    await world.restartWith({ android: trust, evidence: 'both' })
    const second = new BenchPhone(world, imeiNumber(2))
    expect((await enrol(world, await second.body())).code).toBe('attestation-needed')
    expect((await enrol(world, await second.attested(platform))).code).toBe('attestation-needed')
    const word = second.vouched(maker)
    expect(await enrol(world, { ...(await second.attested(platform)), ...word })).toMatchObject({
      status: 200,
    })
    const [, stale] = await android(world, 3 * 86_400_000)
    await world.restartWith({ android: { ...trust, status: stale.status } })
    const third = await enrol(world, await new BenchPhone(world, imeiNumber(3)).attested(platform))
    expect(third.json['detail']).toMatch(/^revoked: /)
    await world.audit()
  })
})

describeOnEachEngine('enrolment by an attestation that knows a serial number alone', (open) => {
  test('A08 A12 the serial number of the maker’s record, our nonce, the phone’s key, or nothing', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const maker = world.founding.maker.signer
    const platform = await MadePlatform.create(world.surroundings.clock())
    const phone = new BenchPhone(world, imeiNumber(1))
    const attested = async (serial = 'BENCH001', key = phone.key.key) => {
      const nonce = await phone.nonce()
      const chain = await platform.appleChain(key, appleSays(serial, nonce))
      return { eat: await phone.eat({ nonce }), model: 'Bench', apple: chain.map(toBase64) }
    }
    const word = phone.vouched(maker)
    const ruleOf = async (body: unknown) => {
      const { code, json } = await enrol(world, body)
      return code === 'attestation-needed' ? String(json['detail']).split(':')[0] : code
    }
    expect(await ruleOf({ ...(await attested()), ...word })).toBe('root')
    await world.restartWith({ apple: { roots: platform.roots }, evidence: 'both' })
    expect(await ruleOf(await phone.body())).toBe('identity')
    // No number stands in it: without its maker it says nothing.
    expect(await ruleOf(await attested())).toBe('identity')
    expect(await ruleOf({ ...(await attested('BENCH002')), ...word })).toBe('identity')
    const thief = generateEs256().signer.key
    expect(await ruleOf({ ...(await attested('BENCH001', thief)), ...word })).toBe('key')
    const { eat } = await attested()
    expect(await ruleOf({ ...(await attested()), eat, ...word })).toBe('nonce')
    expect(await enrol(world, { ...(await attested()), ...word })).toMatchObject({ status: 200 })
    await world.audit()
  })
})

describeOnEachEngine('activation', (open) => {
  test('A07 A08 A12: each refusal by name, the two that show a thief as a sighting; a free phone gets its token', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const phone = new BenchPhone(world, imeiNumber(1))
    const stranger = new BenchPhone(world, imeiNumber(1))
    await enrol(world, await phone.body())
    const activate = async (eat: string) =>
      ask(world, { path: '/v1/activations', body: { eat, country: 'ZZ' } })
    const status = async (eat: string) => ask(world, { path: '/v1/device-status', body: { eat } })

    const nonce = await phone.nonce()
    const token = await activate(await phone.eat({ nonce }))
    expect(token).toMatchObject({ status: 200 })
    expect((await activate(await phone.eat({ nonce }))).code).toBe('token-nonce')
    const old = await phone.nonce()
    world.advance(600_001)
    expect((await activate(await phone.eat({ nonce: old }))).code).toBe('token-nonce')
    expect((await status(await phone.eat({ nonce: old }))).code).toBe('token-nonce')
    expect((await activate(await stranger.eat())).code).toBe('attestation-needed')
    expect((await status(await stranger.eat())).code).toBe('attestation-needed')
    expect((await activate(await phone.eat({ bootVerified: false }))).code).toBe(
      'boot-state-unverified',
    )
    const dressed = await phone.eat({ imeis: [imeiNumber(2)] })
    expect((await activate(dressed)).code).toBe('imei-mismatch')

    const { json } = await openLocked(world, imeiNumber(1))
    expect((await activate(await phone.eat())).code).toBe('activation-refused')
    expect((await activate(await phone.eat())).code).toBe('activation-refused')
    const missed = (await status(await phone.eat())).json
    expect(missed).toMatchObject({ state: 'stolen' })
    expect((missed['bundles'] as string[]).length).toBe(1)
    const { sightings } = await caseSeen(world, String(json['id']))
    expect(sightings.map(({ how, verdict }) => `${how} ${verdict}`).toSorted()).toEqual([
      'activation imei-mismatch',
      'activation stolen',
    ])
  })
})

describeOnEachEngine('activation of an older store', (open) => {
  test('A18: below the counter of the log it is sent its orders first, and told so', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const phone = new BenchPhone(world, imeiNumber(1))
    const nonce = await phone.nonce()
    const eat = await phone.eat({ nonce })
    const enrolled = await enrol(world, await phone.body({ eat, owner: phone.ownersWord(nonce) }))
    const owner = new Owner(world.registryUrl, String(enrolled.json['card']), phone.owner)
    const activate = async (changes: Partial<Eat>) =>
      (
        await ask(world, {
          path: '/v1/activations',
          body: { eat: await phone.eat(changes), country: 'ZZ' },
        })
      ).code
    expect(await activate({})).toBeUndefined()
    const { reference } = await owner.report('theft')
    await owner.withdraw(reference)
    await world.until(async () => (await world.stateOf(imeiNumber(1))) === 'protected')
    for (const [ctr, code] of [
      [0, 'counter-went-back'],
      [1, 'counter-went-back'],
      [2, undefined],
    ] as const)
      expect(await activate({ ctr }), String(ctr)).toBe(code)
    const missed = await ask(world, { path: '/v1/device-status', body: { eat: await phone.eat() } })
    expect(missed.json['bundles']).toHaveLength(2)
    // The same store in a later boot goes on; an earlier boot of it is a copy.
    const seed = machine.random(32)
    expect(await activate({ ctr: 2, bootCount: 5, bootSeed: seed })).toBeUndefined()
    expect(await activate({ ctr: 2 })).toBe('identity-conflict')
    expect(await activate({ ctr: 2, bootCount: 5 })).toBe('identity-conflict')
    expect(await activate({ ctr: 2, bootCount: 5, bootSeed: seed })).toBeUndefined()
  })
})

describeOnEachEngine('what a hardware key attests and does not fit', (open) => {
  /** Signals by number: why, and how many keys said so. */
  const signals = async (world: World) => {
    const { items } = await world.first.get('/v1/cases?why=clone', CasePage)
    const found: Record<string, string> = {}
    for (const { id } of items)
      for (const { imei, keys, signals: all } of (await world.first.case(id)).clones)
        found[imei.slice(0, 14)] = `${all.map(({ why }) => why).join()} ${keys}`
    return found
  }

  test('A13 A47 two keys for one number, another number, another model: each is told to police', async () => {
    const models = new ModelNames()
    models.add({
      tac: TAC,
      manufacturer: 'Example Works',
      brand: 'Example',
      names: ['One', 'EX-1'],
    })
    await using world = await World.boot({ database: await open(), models })
    await world.stopEdge()
    const maker = world.founding.maker.signer
    const numbered = (...numbers: number[]) => new BenchPhone(world, ...numbers.map(imeiNumber))
    const honest = numbered(1, 2)
    expect(await enrol(world, await honest.body({ model: 'EXAMPLE ONE 5G' }))).toMatchObject({
      status: 200,
    })
    expect(await signals(world)).toEqual({})

    // Of a maker whose own words do not hold nothing is believed, and nobody is suspected.
    const stranger = new BenchPhone(world, imeiNumber(1))
    for (const changes of [
      stranger.vouched(generateEs256().signer),
      { index: 1 },
      { ...numbered(1).vouched(maker), eat: await stranger.eat() },
    ])
      await enrol(world, await stranger.body(changes))
    expect(await signals(world)).toEqual({})

    for (const clone of [numbered(2, 7), numbered(2)])
      expect((await enrol(world, await clone.body())).code).toBe('identity-conflict')
    const altered = numbered(3)
    const dressed = await altered.eat({ imeis: [imeiNumber(4)] })
    expect((await enrol(world, await altered.body({ eat: dressed }))).code).toBe('imei-mismatch')
    const foreign = numbered(5)
    const body = await foreign.body(foreign.vouched(maker, parseTac('00101702')))
    expect((await enrol(world, body)).code).toBe('scope')
    // Its own maker's word, its own TAC, and still it calls itself something else: taken in, and told.
    const misnamed = await numbered(6).body({ model: 'Phone X' })
    expect(await enrol(world, misnamed)).toMatchObject({ status: 200 })
    expect(await signals(world)).toEqual({
      [imeiNumber(2)]: 'keys,keys 2',
      [imeiNumber(4)]: 'altered 1',
      [imeiNumber(5)]: 'model 1',
      [imeiNumber(6)]: 'model 1',
    })
    await world.audit()
  })

  test('A12 an enrolled phone in another number: seen at once, in its own case too, four numbers a day', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const phone = new BenchPhone(world, imeiNumber(1))
    await enrol(world, await phone.body())
    const { json } = await openLocked(world, imeiNumber(1))
    const wearing = (n: number) => phone.eat({ imeis: [imeiNumber(n)] })
    const status = await ask(world, {
      path: '/v1/device-status',
      body: { eat: await wearing(11) },
    })
    expect(status.json).toMatchObject({ state: 'stolen' })
    for (let n = 11; n <= 20; n++)
      await ask(world, {
        path: '/v1/activations',
        body: { eat: await wearing(n), country: 'ZZ' },
      })
    const worn = [11, 12, 13, 14].map(imeiNumber)
    expect(Object.keys(await signals(world)).toSorted()).toEqual(worn)
    const { clones } = await world.first.case(String(json['id']))
    expect(clones.map(({ imei }) => imei)).toEqual(worn.map(withCheckDigit))
    expect(clones[0]).toMatchObject({
      conflict: null, // this case is about another number
      signals: [
        { why: 'altered', selfReported: false, places: [{ country: 'ZZ', network: null }] },
      ],
    })
  })
})

async function openLocked(world: World, imei: Imei14) {
  const by = world.founding.officers[0]!.signer
  const body = { crimeReference: 'SEEN/1', why: 'theft', imei }
  const opened = await ask(world, { path: '/v1/cases', body, by })
  const draft = await ask(world, {
    path: `/v1/cases/${String(opened.json['id'])}/drafts`,
    body: { act: 'lock' },
    by,
  })
  const read = {
    id: String(draft.json['id']),
    payload: fromBase64(String(draft.json['payload'])),
  } as never
  const [first, second] = world.founding.officers
  const signatures = [
    signDraft(read, 0, world.force),
    signDraft(read, 1, first!.signer),
    signDraft(read, 2, second!.signer),
  ]
  await ask(world, { path: '/v1/signatures', body: { signatures } })
  await world.until(async () => (await world.stateOf(imei)) === 'stolen')
  return opened
}

async function caseSeen(world: World, id: string) {
  const by = world.founding.officers[0]!.signer
  const { json } = await ask(world, { method: 'GET', path: `/v1/cases/${id}`, by })
  return json as { sightings: { how: string; verdict: string }[] }
}
