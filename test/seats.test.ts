import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  certificateOf,
  certificatePayload,
  coseSign,
  distrustPayload,
  kidOf,
  parseDocument,
  thumbprint,
  type PublicKey,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { whenWords } from '../src/portal/when.tsx'
import { newKeysOf } from '../src/registry/services/people/new-keys.ts'
import { nameOf, shownAt } from './desk-seat.ts'
import { Pages } from './pages.ts'
import { World } from './world.ts'

const CERT = 'application/stolen-cert+cbor'
const DAY = 86_400_000

let world: World
beforeAll(async () => {
  world = await World.boot()
  // The first order ends the founding: from here on new keys wait.
  const { card } = await world.enrolOne()
  const owner = new Pages(world.running)
  await owner.post('/report', { card, why: 'theft' }, await owner.get('/report'))
})
afterAll(() => world[Symbol.asyncDispose]())

/** An officer in front of the desk, who shows a key. */
const seated = (i: number, pem = world.founding.officers[i]!.pem) =>
  shownAt(world, nameOf(world, i), pem)

/** One more key under an officer's name. @returns it, and its leaf */
async function newKey(i: number) {
  const { certificates, forceIssue, officers } = world.founding
  const kid = kidOf(officers[i]!.signer.key)
  const known = certificates.map((bytes) => certificateOf(parseDocument(bytes, CERT)))
  const { cert } = known.find((one) => Buffer.compare(one.kid, kid) === 0)!
  const { signer, pem } = generateEs256()
  const payload = certificatePayload({ ...cert, key: signer.key })
  const body = coseSign(CERT, payload, [forceIssue.signer])
  const { index } = await world.running.context.sequencer.submit({ kind: 'certificate', body })
  return { pem, key: signer.key, index }
}

async function voided(key: PublicKey): Promise<void> {
  const { sequencer } = world.running.context
  const payload = distrustPayload({
    key: thumbprint(key),
    from: sequencer.ledger.size,
    reason: 1,
    kept: [],
    log: world.log.key.name,
  })
  const by = [world.founding.national.signer]
  const body = coseSign('application/stolen-distrust+cbor', payload, by)
  await sequencer.submit({ kind: 'distrust', body })
}

describe('a new key of an officer', () => {
  test('A51: opens nothing for 24 hours, the page says until when, and every officer of the force is told', async () => {
    const { pages } = await seated(0)
    expect((await pages.get('/desk')).text).not.toContain('A new key for')
    const { pem, index } = await newKey(0)
    const { sequencer } = world.running.context
    const works = whenWords(sequencer.ledger.t + DAY)

    const early = await seated(0, pem)
    expect(early.sent.status).toBe(403)
    expect(early.sent.text).toContain(`Your key is new. It works from ${works}`)
    expect(early.sent.text).toContain('key-waiting')
    expect(early.pages.cookies.size).toBe(0)
    // The older key goes on, and its holder reads of the new one, as all others do.
    for (const i of [0, 1])
      for (const path of ['/desk', '/desk/authority']) {
        const other = await seated(i)
        const { text } = await other.pages.get(path)
        expect(text).toContain(`A new key for ${nameOf(world, 0)} works from ${works} .`)
        expect(text).toContain('If nobody of you asked for it, tell whoever keeps the issuing key')
      }
    const elsewhere = { sub: 'xb/force/1', role: 'officer', iss: 'xb/force', kid: '' } as const
    expect(newKeysOf(world.running.context, elsewhere)).toEqual([])
    const keys = await (await seated(1)).pages.get('/desk/authority')
    expect(keys.html).toContain(`href="/entry/${index}"`)
    expect(keys.text).toContain('Waits until')

    await world.pass(DAY + 1_000)
    const later = await seated(0, pem)
    expect(later.sent.to).toBe('/desk')
    expect((await later.pages.get('/desk')).text).not.toContain('A new key for')
  })

  test('A51: one that nobody asked for is voided while it waits, and never opens anything', async () => {
    const { pem, key } = await newKey(1)
    const other = await seated(0)
    expect((await other.pages.get('/desk')).text).toContain(`A new key for ${nameOf(world, 1)}`)
    await voided(key)
    expect((await other.pages.get('/desk')).text).not.toContain('A new key for')
    expect((await seated(1, pem)).sent.status).toBe(401)
    await world.pass(DAY + 1_000)
    expect((await seated(1, pem)).sent.status).toBe(401)
    expect((await seated(1)).sent.to).toBe('/desk')
    const keys = await (await seated(0)).pages.get('/desk/authority')
    expect(keys.text).toContain('Voided')
  })
})

describe('keys and caps', () => {
  test('P2.F1: any officer of the force sees which cap is used, who may raise it, and every key with its entry', async () => {
    const { pages } = await seated(0)
    const shown = await pages.get('/desk/authority')
    expect(shown.status).toBe(200)
    const force = world.forceName
    expect(shown.text).toContain(`${force} (yours)`)
    expect(shown.text).toContain(`${nameOf(world, 0)} (yours)`)
    expect(shown.text).toContain(nameOf(world, 2))
    expect(shown.text).toMatch(new RegExp(`${force} hold \\d+ of 1000`))
    expect(shown.text).toContain('the root, three of five')
    const links = [...shown.html.matchAll(/href="(\/entry\/\d+)"/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(5)
    for (const path of new Set(links)) {
      const entry = await pages.get(path)
      expect(entry.text).toContain('certificate')
    }
    expect((await pages.get('/desk/authority?after=zzzz')).text).not.toContain(nameOf(world, 2))
    expect((await new Pages(world.running).get('/desk/authority')).status).toBe(401)
  })
})
