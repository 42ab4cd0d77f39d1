import { expect, test } from 'vitest'
import { ask } from './ask.ts'
import { describeOnEachEngine } from './database.ts'
import { World, imeiNumber } from './world.ts'
import { signDraft } from '../src/cli/clients/drafts.ts'
import {
  certificateOf,
  certificatePayload,
  coseSign,
  fromBase64,
  parseDocument,
  type Certificate,
  type Imei14,
  type Signer,
} from '../src/core/index.ts'

const CERT = 'application/stolen-cert+cbor'
const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS

/** A lock by two officers and the force, on the world's own clock. @returns where it stands, or the problem */
async function lock(world: World, imei: Imei14) {
  const by = world.founding.officers[0]!.signer
  const body = { crimeReference: 'CAP/1', why: 'theft', imei }
  const { json } = await ask(world, { path: '/v1/cases', body, by })
  const path = `/v1/cases/${String(json['id'])}/drafts`
  const drafted = await ask(world, { path, body: { act: 'lock' }, by })
  const payload = fromBase64(String(drafted.json['payload']))
  const draft = { id: String(drafted.json['id']), payload } as never
  const signers = [world.force, by, world.founding.officers[1]!.signer]
  const signatures = signers.map((signer, slot) => signDraft(draft, slot, signer))
  return ask(world, { path: '/v1/signatures', body: { signatures } })
}

/** The same keys certified anew, for more. */
async function raiseCaps(world: World, hour: number): Promise<void> {
  const { certificates, national, rootKeys, forceIssue, forceOrder, officers } = world.founding
  const known = certificates.map((bytes) => certificateOf(parseDocument(bytes, CERT)).cert)
  const raise = async (key: Signer['key'], by: readonly Signer[]) => {
    const cert = known.find((one) => Buffer.from(one.key.x).equals(key.x))!
    const caps: Certificate['caps'] = { ...cert.caps, lock: [hour, hour * 3] }
    const body = coseSign(CERT, certificatePayload({ ...cert, caps }), by)
    await world.running.context.sequencer.submit({ kind: 'certificate', body })
  }
  await raise(
    national.signer.key,
    rootKeys.slice(0, 3).map(({ signer }) => signer),
  )
  await raise(forceIssue.signer.key, [national.signer])
  await raise(forceOrder.signer.key, [national.signer])
  for (const { signer } of officers) await raise(signer.key, [forceIssue.signer])
}

describeOnEachEngine('caps', (open) => {
  test('A52: at the registry: a lock over the cap is refused by name and time; a raised cap counts after seven days', async () => {
    await using world = await World.boot({ database: await open(), capPerHour: 2 })
    await world.stopEdge()
    const clock = () => world.surroundings.clock()
    const started = clock()
    expect((await lock(world, imeiNumber(1))).status).toBe(200)
    expect((await lock(world, imeiNumber(2))).status).toBe(200)
    const { size } = world.running.context.sequencer.ledger
    const refused = await lock(world, imeiNumber(3))
    expect(refused).toMatchObject({ status: 429, code: 'cap-exceeded' })
    expect(refused.headers.get('retry-after')).not.toBeNull()
    const facts = refused.json['facts'] as { freesAtSeconds: number }
    expect(facts).toMatchObject({ act: 'lock', window: 'hour', limit: 2 })
    expect(facts.freesAtSeconds * 1000).toBeGreaterThanOrEqual(started + HOUR_MS)
    expect(facts.freesAtSeconds * 1000).toBeLessThan(clock() + HOUR_MS + 1_000)
    expect(world.running.context.sequencer.ledger.size).toBe(size)
    expect(await world.stateOf(imeiNumber(3))).toBe('protected')

    // A minute before it frees it is still used up; then the case goes on.
    world.advance(facts.freesAtSeconds * 1000 - 60_000 - clock())
    expect((await lock(world, imeiNumber(3))).code).toBe('cap-exceeded')
    world.advance(facts.freesAtSeconds * 1000 - clock())
    expect((await lock(world, imeiNumber(3))).status).toBe(200)

    // The raised cap is public at once, and counts in a week.
    world.advance(2 * HOUR_MS)
    await raiseCaps(world, 4)
    const raisedAt = clock()
    for (const n of [4, 5]) expect((await lock(world, imeiNumber(n))).status).toBe(200)
    expect((await lock(world, imeiNumber(6))).code).toBe('cap-exceeded')
    world.advance(raisedAt + WEEK_MS - 60_000 - clock())
    for (const n of [6, 7]) expect((await lock(world, imeiNumber(n))).status).toBe(200)
    expect((await lock(world, imeiNumber(8))).code).toBe('cap-exceeded')
    world.advance(raisedAt + WEEK_MS + 1_000 - clock())
    for (const n of [8, 9]) expect((await lock(world, imeiNumber(n))).status).toBe(200)
    expect((await lock(world, imeiNumber(10))).code).toBe('cap-exceeded')
    await world.settle() // the guardian cosigned all of it
    await world.audit()
  })

  test('A52, A59: holds have a cap of their own; what is used up stops neither a lock nor mercy', async () => {
    await using world = await World.boot({ database: await open(), capPerHour: 1 })
    const [first, second] = await world.enrol(2)
    const { reference } = await first!.owner.report('theft')
    const over = { path: '/v1/reports', body: { card: second!.card, why: 'theft' } }
    expect(await ask(world, over)).toMatchObject({ status: 429, code: 'cap-exceeded' })
    expect(await world.stateOf(second!.imei)).toBe('protected')
    const { caseId } = await world.lock({ reference })
    await expect(world.lock({ imei: second!.imei })).rejects.toMatchObject({ code: 'cap-exceeded' })
    await world.audit()
    await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
    await world.first.release(caseId, 'returned', world.force)
    await first!.owner.confirmRelease(reference)
    await world.audit()
    expect(await world.stateOf(first!.imei)).toBe('protected')
  })
})
