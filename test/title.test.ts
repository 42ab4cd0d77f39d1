import { expect, test } from 'vitest'
import { signDraft } from '../src/cli/clients/drafts.ts'
import { approveOwnerKey, proposeOwnerKey } from '../src/cli/clients/owner-keys.ts'
import { confirmRetirement, proposeRetirement } from '../src/cli/clients/recycler.ts'
import type { Signer } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { subjectForDevice } from '../src/registry/model/subjects.ts'
import { ClaimRequest } from '../src/wire/index.ts'
import { ask } from './ask.ts'
import { certify } from './certify.ts'
import { World, type Handset } from './world.ts'

const DAY_MS = 86_400_000

/** A force of another nation, which a change of title needs. */
async function secondNation(world: World): Promise<Signer> {
  const root = world.founding.rootKeys.slice(0, 3).map(({ signer }) => signer)
  const nation = await certify(world, 'national', { sub: 'yy', iss: 'root' }, root)
  return certify(world, 'force', { sub: 'yy.force', iss: 'yy' }, [nation])
}

class Theft {
  readonly world: World
  readonly phone: Handset
  readonly caseId: string
  readonly second: Signer
  readonly heir = generateEs256().signer

  constructor(world: World, phone: Handset, caseId: string, second: Signer) {
    this.world = world
    this.phone = phone
    this.caseId = caseId
    this.second = second
  }

  static async of(world: World): Promise<Theft> {
    const second = await secondNation(world)
    const phone = await world.enrolOne()
    const { reference } = await phone.owner.report('theft')
    const { caseId } = await world.lock({ reference })
    return new Theft(world, phone, caseId, second)
  }

  /** Title passes to the heir or insurer: two officers, the force, a second nation's, the new owner. */
  async passTitle(): Promise<number> {
    const { world, caseId, heir, second } = this
    const [first, other] = world.founding.officers.map(({ signer }) => signer) as [Signer, Signer]
    const wanted = { caseId, basis: 'title', officer: first, owner: heir } as const
    await proposeOwnerKey(world.first, wanted)
    const by = { caseId, officer: other, force: world.force, second }
    return (await approveOwnerKey(world.second, by)).index!
  }

  /** Force and this owner release it. @returns what the registry says */
  async release(to: 'returned' | 'titlePassed', by: Signer): Promise<unknown> {
    const { world, caseId } = this
    const body = { act: 'release', to }
    const path = `/v1/cases/${caseId}/drafts`
    const drafted = await ask(world, { path, body, by: world.founding.officers[0]!.signer })
    if (drafted.code) return drafted.code
    const draft = await world.first.waiting(caseId, 'release')
    const signatures = [signDraft(draft, 0, world.force), signDraft(draft, 1, by)]
    const signed = await ask(world, { path: '/v1/signatures', body: { signatures } })
    const [result] = (signed.json['results'] ?? []) as { state: string }[]
    return signed.code ?? result?.state
  }
}

test('A39 reported, paid, still used: the case is marked, its use is seen, and only the insurer gets it', async () => {
  await using world = await World.boot()
  const theft = await Theft.of(world)
  const { caseId, phone } = theft
  const claim = ClaimRequest.parse({ insurer: 'Example Mutual', reference: 'EM/7' })
  const officer = world.founding.officers[0]!.signer
  const path = `/v1/cases/${caseId}/claims`
  const marked = await ask(world, { path, body: claim, by: officer })
  expect(marked.json['claim']).toMatchObject({ insurer: 'Example Mutual', usedSince: 0 })
  expect(
    await ask(world, { path, body: claim, by: world.founding.operators[0]!.signer }),
  ).toMatchObject({ code: 'forbidden' })

  // The claimant goes on using it: every refusal says so.
  await world.pass(60_000)
  await phone.phone.attach(world.edgeUrl, 0)
  await world.until(async () => (await world.first.case(caseId)).claim!.usedSince > 0)
  // Police and claimant together do not give it back to him.
  expect(await theft.release('returned', phone.ownerKey)).toBe('wrong-state')
  expect(await theft.release('titlePassed', phone.ownerKey)).toBe('owner-key')

  await theft.passTitle()
  expect(await theft.release('titlePassed', phone.ownerKey)).toBe('owner-key')
  await world.pass(14 * DAY_MS + 60_000)
  await world.settle()
  expect(await theft.release('returned', theft.heir)).toBe('wrong-state')
  expect(await theft.release('titlePassed', phone.ownerKey)).toBe('owner-key')
  // The old owner's words and label are asked of nobody else, and end with his key.
  const { db } = world.running.context
  const hashes = { own_hash: new Uint8Array(32), threat_hash: new Uint8Array(32) }
  await db
    .insertInto('secret_words')
    .values({ device_id: phone.device, ...hashes, at_ms: 1 })
    .execute()
  const { id } = await subjectForDevice(db, phone.device)
  const back = { found_index: 1, subject_id: id, device_id: phone.device, case_id: caseId }
  const label = { way: 'insurer', address: null, code_hash: new Uint8Array(32) } as const
  await db
    .insertInto('returns')
    .values({ ...back, ...label, force: 'zz.force', at_ms: 1 })
    .execute()
  expect(await theft.release('titlePassed', theft.heir)).toBe('logged')
  expect(await db.selectFrom('secret_words').selectAll().execute()).toEqual([])
  await world.audit() // register and phone: it belongs to its insurer
  expect(await world.probe.ask(phone.imei)).toBe('WHITELISTED')
  const card = { card: phone.card, why: 'theft' }
  expect(await ask(world, { path: '/v1/reports', body: card })).toMatchObject({
    code: 'proof-too-weak',
  })
})

test('A28 an heir gets a locked phone by title: two nations, fourteen days, and no earlier key after that', async () => {
  await using world = await World.boot()
  const theft = await Theft.of(world)
  await theft.passTitle()
  expect(await theft.release('titlePassed', theft.heir)).toBe('owner-key')
  await world.pass(14 * DAY_MS + 60_000)
  await world.settle()
  expect(await theft.release('returned', theft.phone.ownerKey)).toBe('owner-key')
  expect(await theft.release('titlePassed', theft.heir)).toBe('logged')
  await world.audit()
})

test('a recycler asks before he shreds: recycler and owner retire a phone, and no stolen one', async () => {
  await using world = await World.boot()
  const { national } = world.founding
  const changes = {
    sub: 'zz.recycler',
    iss: 'zz',
    depth: 1,
    role: 'recycler',
    use: null,
    caps: { retire: [10, 30] },
    scope: { acts: ['retire'], country: 'ZZ', tacs: null },
  } as const
  const recycler = await certify(world, 'force', changes, [national.signer])
  const desk = world.desk(recycler)
  const [old, stolen] = await world.enrol(2)
  await world.lock({ imei: stolen!.imei })
  const propose = (phone: Handset) => proposeRetirement(desk, { imei: phone.imei }, recycler)
  await expect(propose(stolen!)).rejects.toMatchObject({ code: 'wrong-state' })

  const draft = await propose(old!)
  expect(await world.stateOf(old!.imei)).toBe('protected')
  const stranger = generateEs256().signer
  await expect(confirmRetirement(world.registryUrl, draft, stranger)).rejects.toMatchObject({
    code: 'owner-key',
  })
  await confirmRetirement(world.registryUrl, draft, old!.ownerKey)
  await world.audit()
  expect(await world.stateOf(old!.imei)).toBe('retired')
  expect(old!.phone.screen()?.kind).toBe('retired')
})
