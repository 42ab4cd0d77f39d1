import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { BenchPhone } from '../../../test/bench-phone.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import { equal, thumbprint, withCheckDigit, type Signer } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'

const CARD = /^[0-9A-HJKMNP-TV-Z]{10}$/

/** Enrols that phone for whoever comes with a key, or for nobody. */
async function setUpFor(phone: BenchPhone, owner: Signer | null) {
  if (owner) phone.owner = owner
  const nonce = await phone.nonce()
  const body = await phone.body({
    eat: await phone.eat({ nonce, ...(owner ? {} : { owner: null }) }),
    ...(owner && { owner: phone.ownersWord(nonce) }),
  })
  const answer = await ask(phone.world, { path: '/v1/enrolments', body })
  return answer.code ?? answer.json['card']
}

async function isOwner(world: World, phone: BenchPhone, owner: Signer): Promise<boolean> {
  const { db } = world.running.context
  const { owner_thumbprint: kept } = await db
    .selectFrom('devices')
    .select('owner_thumbprint')
    .where('id', '=', thumbprint(phone.key.key))
    .executeTakeFirstOrThrow()
  return kept !== null && equal(new Uint8Array(kept), thumbprint(owner.key))
}

describeOnEachEngine('set up again', (open) => {
  test('A23 A47: no set-up makes somebody else the owner, with a wiped store or without', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const [owner, thief] = [generateEs256().signer, generateEs256().signer]
    const phone = new BenchPhone(world, imeiNumber(1))
    expect(await setUpFor(phone, owner)).toMatch(CARD)
    expect(await setUpFor(phone, thief)).toBe('owner-key')
    expect(await setUpFor(phone, owner)).toBeNull()
    expect(await setUpFor(phone, null)).toBeNull()
    expect(await setUpFor(phone, thief)).toBe('owner-key')
    expect(await isOwner(world, phone, owner)).toBe(true)

    // Set up without a key: whoever comes with one later is not the owner for that.
    const keyless = new BenchPhone(world, imeiNumber(2))
    expect(await setUpFor(keyless, null)).toMatch(CARD)
    expect(await setUpFor(keyless, thief)).toBe('owner-key')
    expect(await isOwner(world, keyless, thief)).toBe(false)
  })

  test('two owners at the same moment: one of them', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const phone = new BenchPhone(world, imeiNumber(1))
    const keys = [generateEs256().signer, generateEs256().signer]
    const bodies = []
    for (const owner of keys) {
      phone.owner = owner
      const nonce = await phone.nonce()
      const eat = await phone.eat({ nonce })
      bodies.push(await phone.body({ eat, owner: phone.ownersWord(nonce) }))
    }
    const answers = await Promise.all(
      bodies.map((body) => ask(world, { path: '/v1/enrolments', body })),
    )
    const won = answers.findIndex(({ code }) => code === undefined)
    expect(answers[1 - won]!.code).toBe('owner-key')
    expect(await isOwner(world, phone, keys[won]!)).toBe(true)
  })

  test('A23: a phone whose records were erased is not as new: its owner alone owns it again', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const [owner, thief] = [generateEs256().signer, generateEs256().signer]
    const phone = new BenchPhone(world, imeiNumber(1))
    const first = await setUpFor(phone, owner)
    const erase = () =>
      ask(world, {
        path: '/v1/erasures',
        body: { imei: withCheckDigit(imeiNumber(1)) },
        by: world.founding.registry[0].signer,
      })
    for (let i = 0; i < 2; i++) expect((await erase()).status).toBe(200)
    expect(await isOwner(world, phone, owner)).toBe(false)

    expect(await setUpFor(phone, thief)).toBe('owner-key')
    expect(await setUpFor(phone, null)).toBeNull()
    const again = await setUpFor(phone, owner)
    expect(again).toMatch(CARD)
    expect(again).not.toBe(first)
    expect(await isOwner(world, phone, owner)).toBe(true)
    expect(await setUpFor(phone, thief)).toBe('owner-key')
    await world.audit()
  })
})
