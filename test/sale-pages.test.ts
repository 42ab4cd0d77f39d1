import { expect, test } from 'vitest'
import { generateEs256 } from '../src/host/index.ts'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { answer } from './key-answer.ts'
import { hiddenFields } from './pages.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

const HOUR = 3_600_000

test('O7.1, A23: owner and buyer sell a phone on the pages; both see the waiting time, and nothing else opens it', async () => {
  await using world = await World.boot()
  const { phone, device, ownerKey, card: former, imei } = await world.enrolOne()
  const buyer = generateEs256().signer
  let seller = (await signedIn(world, ownerKey.key)).pages
  let taker = (await signedIn(world, buyer.key)).pages
  const thief = generateEs256().signer
  const path = `/account/phone/${deviceInPath(device)}/sell`

  // Nothing is offered before the phone asked; another's account finds no such phone.
  const before = await seller.get(path)
  expect(before.html).not.toContain('data-passkey')
  expect((await taker.get(path)).status).toBe(404)
  await phone.ask('transfer', { passcode: true, biometric: false })

  const asked = await seller.get(path)
  const good = answer(asked, ownerKey)
  const stolen = answer(asked, thief)
  expect((await seller.post(path, { response: stolen }, asked)).status).toBeGreaterThanOrEqual(400)
  const forged = await seller.post(path, { response: good, csrf: 'x' }, { ...asked, html: '' })
  expect(forged.status).toBe(403)
  const { csrf = '' } = hiddenFields((await taker.get('/take')).html)
  expect((await taker.post(path, { response: good, csrf }, asked)).status).toBe(404)
  const bent = await seller.post(path, { response: good, nonce: 'A'.repeat(43) }, asked)
  expect(bent.status).toBeGreaterThanOrEqual(400)

  // Slower than a minute: signed again, and nothing has changed.
  world.advance(2 * 60_000)
  const late = await seller.post(path, { response: good }, asked)
  expect(late.status).toBe(422)
  expect(late.text).toContain('signed within a minute')
  const offered = await seller.post(path, { response: answer(late, ownerKey) }, late)
  const code = /<bdi class="app-number">([^<]+)</.exec(offered.html)![1]!
  const again = await seller.post(path, { response: answer(late, ownerKey) }, late)
  expect(again.html).toContain(code)
  expect((await seller.get(path)).html).not.toContain(code)
  const end = /It can be taken from (.*?) \./.exec(offered.text)![1]!

  // The buyer sees the very same end, and cannot sign before it.
  const form = await taker.get('/take')
  const wait = await taker.post('/take', { code }, form)
  expect(wait.text).toContain(`You can take it from ${end}`)
  expect(wait.html).not.toContain('data-passkey')
  for (const none of ['', 'no code', code.slice(0, -8), 'x'.repeat(5_000)])
    expect((await taker.post('/take', { code: none }, form)).status).toBe(403)

  await world.pass(HOUR)
  // Longer than a session: both sign in again.
  seller = (await signedIn(world, ownerKey.key)).pages
  taker = (await signedIn(world, buyer.key)).pages
  const ready = await taker.post('/take', { code }, await taker.get('/take'))
  const taken = answer(ready, buyer)
  const snatched = await taker.post('/take/confirm', { response: answer(ready, thief) }, ready)
  expect(snatched.status).toBeGreaterThanOrEqual(400)
  const foreign = { 'sec-fetch-site': 'cross-site' }
  expect((await taker.post('/take/confirm', { response: taken }, ready, foreign)).status).toBe(403)
  const done = await taker.post('/take/confirm', { response: taken }, ready)
  const card = /<bdi class="app-number">([^<]+)</.exec(done.html)![1]!.replace(' ', '')
  await world.settle()

  // Sent twice, it is taken once, and the card is not shown again.
  const twice = await taker.post('/take/confirm', { response: taken }, ready)
  expect(twice.text).toContain('The phone is yours')
  expect(twice.html).not.toContain(card)
  expect((await taker.get(path)).status).toBe(200)
  expect((await seller.get(path)).status).toBe(404)
  const report = (typed: string) => seller.post('/report', { card: typed, why: 'theft' })
  expect((await report(former)).to).toBeNull()
  expect(await world.stateOf(imei)).toBe('protected')
  expect((await report(card)).to).not.toBeNull()
  await world.audit()
})

test('A23 what the owner stops on the page is taken by nobody, whatever code he has', async () => {
  await using world = await World.boot()
  const { phone, device, ownerKey } = await world.enrolOne()
  let seller = (await signedIn(world, ownerKey.key)).pages
  const buyer = generateEs256().signer
  let taker = (await signedIn(world, buyer.key)).pages
  const path = `/account/phone/${deviceInPath(device)}`
  await phone.ask('transfer', { passcode: true, biometric: false })
  const asked = await seller.get(`${path}/sell`)
  const sent = await seller.post(`${path}/sell`, { response: answer(asked, ownerKey) }, asked)
  const code = /<bdi class="app-number">([^<]+)</.exec(sent.html)![1]!
  await world.pass(HOUR)
  // Longer than a session: both sign in again.
  seller = (await signedIn(world, ownerKey.key)).pages
  taker = (await signedIn(world, buyer.key)).pages
  const ready = await taker.post('/take', { code }, await taker.get('/take'))
  await seller.post(`${path}/stop`, {}, await seller.get('/account'))
  const late = await taker.post('/take/confirm', { response: answer(ready, buyer) }, ready)
  expect(late.status).toBeGreaterThanOrEqual(400)
  expect((await taker.post('/take', { code }, await taker.get('/take'))).text).toContain('stopped')
  expect((await seller.get(`${path}/sell`)).status).toBe(200)
})
