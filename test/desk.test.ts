import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coseSign, distrustPayload, kidOf, thumbprint } from '../src/core/index.ts'
import { Pages } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Names as the log has them. */
const nameOf = (i: number) => {
  const { authorities } = world.running.context.sequencer.ledger
  return authorities.ofKey(kidOf(world.founding.officers[i]!.signer.key))[0]!.cert.sub
}

/** An officer in front of the desk, signed in. */
async function seated(i: number, pem = world.founding.officers[i]!.pem) {
  const pages = new Pages(world.running)
  const passkey = new TestPasskey(pem)
  const sent = await passkey.send(pages, await pages.get('/desk'), { name: nameOf(i) })
  return { pages, passkey, sent }
}

describe('signing in', () => {
  test('A98: a certified key opens the desk; another key, a wrong name, an owner do not', async () => {
    const { pages, passkey, sent } = await seated(0)
    expect(sent.to).toBe('/desk')
    expect((await pages.get('/desk')).text).toContain(nameOf(0))
    // Known now: without the name.
    const again = new Pages(world.running)
    expect((await passkey.send(again, await again.get('/desk'))).to).toBe('/desk')

    const maker = await seated(0, world.founding.maker.pem)
    expect(maker.sent.status).toBe(422)
    const other = await seated(0, world.founding.officers[1]!.pem)
    expect(other.sent.to).toBeNull()
    // What is asked of an owner is no answer at the desk, whatever the form adds.
    const stranger = new Pages(world.running)
    const role = { role: 'officer', kind: 'officer', name: nameOf(0) }
    expect((await stranger.post('/desk/sign-in', role)).status).toBe(422)
  })
})

describe('a certificate that ends', () => {
  test('A51: whose key is voided in the log is out at once, and does not come in again', async () => {
    const { pages, passkey } = await seated(2)
    expect((await pages.get('/desk')).text).toContain('Sign out')
    const { sequencer } = world.running.context
    const body = coseSign(
      'application/stolen-distrust+cbor',
      distrustPayload({
        key: thumbprint(world.founding.officers[2]!.signer.key),
        from: sequencer.ledger.size,
        reason: 1,
        kept: [],
        log: world.log.key.name,
      }),
      [world.founding.national.signer],
    )
    await sequencer.submit({ kind: 'distrust', body })
    const out = await pages.get('/desk')
    expect(out.text).toContain('your certificate has ended')
    expect(out.text).not.toContain('Sign out')
    expect(pages.cookies.size).toBe(0)
    expect((await passkey.send(pages, out)).status).toBe(401)
  })
})
