import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coseSign, distrustPayload, kidOf, thumbprint } from '../src/core/index.ts'
import { Pages, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { World, type Handset } from './world.ts'

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

/** A report by card. @returns its reference */
async function reported({ card }: Handset): Promise<string> {
  const pages = new Pages(world.running)
  const { to } = await pages.post('/report', { card, why: 'theft' }, await pages.get('/report'))
  return /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await pages.get(to!)).text)![0]
}

const take = async (pages: Pages, reference: string, crime = 'CR/1'): Promise<Shown> => {
  const path = `/desk/take/${reference}`
  return pages.post(path, { crime }, await pages.get(path))
}

describe('the queue', () => {
  test('P1.1, P1.3, P1.F1: filters in the address; of two who take a case one wins, the other reads who', async () => {
    const handset = await world.enrolOne()
    const reference = await reported(handset)
    const [one, two] = [await seated(0), await seated(1)]
    const queue = await one.pages.get('/desk')
    expect(queue.text).toContain(reference)
    for (const secret of [handset.imei, handset.card, 'Example One'])
      expect(queue.html).not.toContain(secret)
    for (const [query, isThere] of [
      ['state=new', true],
      ['state=locked', false],
      ['mine=1', false],
      ['mark=disputed', false],
      ['state=nonsense&mark=nonsense', true],
    ] as const)
      expect((await one.pages.get(`/desk?${query}`)).text.includes(reference), query).toBe(isThere)
    expect((await one.pages.get('/desk?after=1;drop')).status).toBe(400)

    expect((await take(one.pages, reference, '')).status).toBe(403)
    const both = await Promise.all([take(one.pages, reference), take(two.pages, reference)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([303, 409])
    const winner = both[0].status === 303 ? 0 : 1
    expect(both[1 - winner]!.text).toContain(`taken by ${nameOf(winner)}`)
    expect((await [one, two][winner]!.pages.get('/desk?mine=1')).text).toContain(reference)
    expect((await [two, one][winner]!.pages.get('/desk')).text).toContain(`With ${nameOf(winner)}`)
    world.advance(31 * 60_000)
    const later = await seated(1 - winner)
    expect((await take(later.pages, reference)).status).toBe(303)
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
