import { expect, test } from 'vitest'
import { signDraft } from '../../cli/clients/drafts.ts'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import {
  coseKey,
  coseSign,
  encodeCbor,
  encodeDocument,
  encodeMadeDevice,
  fromBase64,
  parseTac,
  sign1,
  signEat,
  statementPayload,
  thumbprint,
  toBase64,
  withCheckDigit,
  type Eat,
  type Imei14,
  type Signer,
} from '../../core/index.ts'
import { generateEs256, machine } from '../../host/index.ts'
import { leafHash } from '../../log/index.ts'
import { CasePage } from '../../wire/index.ts'
import { ModelNames } from '../model/model-names.ts'

const TAC = parseTac('00101701')

/** A phone on the bench of a maker, honest or not: its key does what the test wants. */
class BenchPhone {
  readonly key = generateEs256().signer
  readonly owner = generateEs256().signer
  readonly imeis: readonly Imei14[]
  readonly world: World

  constructor(world: World, ...imeis: Imei14[]) {
    this.world = world
    this.imeis = imeis
  }

  async nonce(): Promise<Uint8Array> {
    const { json } = await ask(this.world, { path: '/v1/nonces', body: {} })
    return fromBase64(String(json['nonce']))
  }

  async eat(changes: Partial<Eat> = {}): Promise<string> {
    const claims: Eat = {
      dak: this.key.key,
      nonce: changes.nonce ?? (await this.nonce()),
      imeis: this.imeis,
      bootVerified: true,
      bootCount: 1,
      state: 'protected',
      ctr: 0,
      outstanding: null,
      rootVersion: 1,
      owner: thumbprint(this.owner.key),
      ...changes,
    }
    return toBase64(signEat(claims, this.key))
  }

  /** What a maker's statement over this one phone says. */
  vouched(by: Signer, tac = TAC) {
    const dak = thumbprint(this.key.key)
    const record = encodeMadeDevice({ dak, imeis: this.imeis, serial: 'BENCH001', parts: [] })
    const madeAt = Math.floor(this.world.surroundings.clock() / 1000)
    const id = machine.random(16)
    const payload = statementPayload({ id, tacs: [tac], count: 1, root: leafHash(record), madeAt })
    const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, [by]))
    return { statement: toBase64(statement), record: toBase64(record), index: 0, path: [] }
  }

  async body(changes: Record<string, unknown> = {}) {
    const maker = this.world.founding.maker.signer
    return { eat: await this.eat(), model: 'Bench', ...this.vouched(maker), ...changes }
  }

  ownersWord(nonce: Uint8Array) {
    const proof = sign1(
      'application/stolen-owner+cbor',
      [nonce, thumbprint(this.key.key)],
      this.owner,
    )
    return { key: toBase64(encodeCbor(coseKey(this.owner.key))), proof: toBase64(proof) }
  }
}

const enrol = (world: World, body: unknown) => ask(world, { path: '/v1/enrolments', body })

describeOnEachEngine('enrolment', (open) => {
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

describeOnEachEngine('activation', (open) => {
  test('each refusal by name, the two that show a thief as a sighting; a free phone gets its token', async () => {
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
