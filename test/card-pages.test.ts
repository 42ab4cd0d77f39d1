import { expect, test } from 'vitest'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

const DAY = 86_400_000

test('O1.1, A41, A43: a new card needs the owner’s passkey; what is asked for can be left aside, and comes back once', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const { card, imei, device, ownerKey } = handset
  const path = `/account/phone/${deviceInPath(device)}`
  const { pages } = await signedIn(world, ownerKey.key)

  // Signed in is not enough, and whoever has another phone is nobody here.
  const form = await pages.get('/account')
  const forged = {
    id: 'AAAA',
    rawId: 'AAAA',
    type: 'public-key',
    clientExtensionResults: {},
    response: { authenticatorData: 'AAAA', clientDataJSON: 'e30', signature: 'AAAA' },
  }
  const sent = await pages.post(`${path}/card`, { response: JSON.stringify(forged) }, form)
  expect(sent.status).toBe(422)
  const stranger = (await signedIn(world)).pages
  expect((await stranger.get(`${path}/card`)).status).toBe(404)
  const practice = await pages.post(
    '/practice',
    { card, why: 'theft' },
    await pages.get('/practice'),
  )
  expect(practice.to).toContain('/practice/done')

  // A form that asks nobody who he is works for whoever is signed in, too.
  expect((await pages.post('/report', { card: 'ZZZZZZZZZZ', why: 'theft' })).status).toBe(403)
  expect((await pages.post('/request', {})).status).toBe(422)

  const asked = async (from = pages) => {
    const { text } = await from.get('/account')
    return ['Print a recovery card', 'Name somebody you trust'].filter((one) => text.includes(one))
  }
  const skip = async (ask: string, from = pages) =>
    from.post(`${path}/skip`, { ask }, await from.get('/account'))
  expect(await asked()).toHaveLength(2)
  await skip('card')
  expect(await asked()).toEqual(['Name somebody you trust'])
  expect((await skip('everything')).status).toBe(404)
  world.advance(15 * DAY)
  const later = (await signedIn(world, ownerKey.key)).pages
  expect(await asked(later)).toHaveLength(2)
  await skip('card', later)
  world.advance(15 * DAY)
  const last = (await signedIn(world, ownerKey.key)).pages
  expect(await asked(last)).toEqual(['Name somebody you trust'])
  expect(await world.stateOf(imei)).toBe('protected')
})
