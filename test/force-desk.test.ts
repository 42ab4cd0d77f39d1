import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FollowedLedger } from '../src/cli/clients/followed-ledger.ts'
import { ForceDesk } from '../src/cli/clients/force-desk.ts'
import { sendSignatures, signDraft } from '../src/cli/clients/drafts.ts'
import { APPROVER } from '../src/cli/clients/officer.ts'
import { withCheckDigit, type Imei14 } from '../src/core/index.ts'
import { voidKey } from './desk-seat.ts'
import { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

const following = (registryUrl = world.registryUrl, ahead = 0) => {
  const clock = () => world.surroundings.clock() + ahead
  return { registryUrl, origin: world.log.key.name, trust: world.trust, clock }
}
const desk = () => {
  const { registryUrl, ...rest } = following()
  return new ForceDesk(registryUrl, { key: world.force, ...rest })
}

/** A lock that two officers have signed, and nobody for their force. */
async function twoSigned(imei14: Imei14): Promise<void> {
  const about = { imei: withCheckDigit(imei14), crimeReference: 'CR/1', why: 'theft' } as const
  const { id } = await world.first.openCase(about)
  await world.first.propose(id)
  const draft = await world.second.waiting(id, 'lock')
  const signer = world.founding.officers[1]!.signer
  await sendSignatures(world.registryUrl, [signDraft(draft, APPROVER, signer)])
}

/** A web server between the log and whoever reads it, which serves other bytes of some files. */
async function between(spoil: (path: string, bytes: Uint8Array) => Uint8Array | null) {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    void fetch(`${world.registryUrl}${path}`).then(async (answer) => {
      const bytes = spoil(path, new Uint8Array(await answer.arrayBuffer()))
      response.writeHead(bytes === null ? 404 : answer.status).end(bytes ?? '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => server.close() }
}

describe('the force’s own key', () => {
  test('A51: signs for officers whose certificates stand in the log, and not for one whose key it voids', async () => {
    const at = desk()
    const first = await world.enrolOne()
    await twoSigned(first.imei)
    expect(await at.once()).toEqual([])
    await world.settle()
    expect(await world.stateOf(first.imei)).toBe('stolen')

    // Both have signed; then one's key falls. The registry still lists the draft: its word is not asked.
    const second = await world.enrolOne()
    await twoSigned(second.imei)
    await voidKey(world, world.founding.officers[1]!.signer)
    await world.settle()
    expect(await at.once()).toMatchObject([{ code: 'distrusted' }])
    expect(await desk().once()).toMatchObject([{ code: 'distrusted' }])
    await world.settle()
    expect(await world.stateOf(second.imei)).toBe('protected')
  })
})

describe('what it reads of the log', () => {
  test('follows it entry by entry, and knows what the registry knows', async () => {
    const log = new FollowedLedger(following())
    const { sequencer } = world.running.context
    for (let i = 0; i < 3; i += 1) {
      const ledger = await log.now()
      expect(ledger.size).toBe(sequencer.ledger.size)
      expect(ledger.authorities.all).toHaveLength(sequencer.ledger.authorities.all.length)
      await world.enrolOne()
      await world.settle()
    }
  })

  test('A82: an entry that was changed or left out stops it, and so does an old or unwitnessed head', async () => {
    const changed = await between((path, bytes) =>
      path.includes('/tile/entries/') ? bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) : bytes,
    )
    const one = new FollowedLedger(following(changed.url))
    await expect(one.now()).rejects.toMatchObject({ code: 'not-consistent' })
    changed.close()
    // Not read again: a person has to look.
    await expect(one.now()).rejects.toMatchObject({ code: 'not-consistent' })

    const short = await between((path, bytes) => (path.includes('/tile/entries/') ? null : bytes))
    const two = new FollowedLedger(following(short.url))
    await expect(two.now()).rejects.toMatchObject({ code: 'unavailable' })
    short.close()

    const old = new FollowedLedger(following(world.registryUrl, 400_000))
    await expect(old.now()).rejects.toMatchObject({ code: 'unavailable' })
    const unsigned = await between((path, bytes) =>
      path.endsWith('/checkpoint')
        ? new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/\n— witness[^\n]*/, ''))
        : bytes,
    )
    const three = new FollowedLedger(following(unsigned.url))
    await expect(three.now()).rejects.toMatchObject({ code: 'witness-quorum' })
    unsigned.close()
  })
})
