import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PART_TYPES, parseRelease, readBinding, fromBase64 } from '../../core/index.ts'
import { generateEs256, makeLogger, nodeVerifiers } from '../../host/index.ts'
import { startHands, type HandsAnswer } from '../hands.ts'
import { SyncLoop } from '../sync-loop.ts'
import { Stage, refusalOf } from '../testing/stage.ts'
import { fittedParts, makeParts, swapParts } from './part-files.ts'

let stage: Stage
let shelf: string
beforeEach(async () => {
  stage = await Stage.boot({ parts: PART_TYPES })
  shelf = join(stage.home, 'shelf')
  await makeParts(shelf, ['display'])
})
afterEach(() => stage.close())

const shown = () => {
  const screen = stage.phone.screen()
  if (screen?.kind !== 'restricted') return screen?.kind
  return screen.parts.map(({ type, code, why }) => [type, code, why].filter(Boolean).join(' '))
}

async function another(type: (typeof PART_TYPES)[number] = 'display') {
  await stage.phone.powerOff()
  await swapParts(stage.dir, shelf, type)
  await stage.phone.powerOn()
}

describe('at boot', () => {
  it('its own parts answer, and nobody is asked', async () => {
    await stage.registry.stop()
    const asked = stage.registry.asked.length
    await stage.reboot()
    expect(shown()).toBe('home')
    expect(stage.registry.asked).toHaveLength(asked)
  })

  it('a strange part restricts the phone, and an empty place does not', async () => {
    await another()
    expect(shown()).toEqual(['display part-refused not-paired'])
    await another()
    expect(shown()).toBe('home')
    await rm(join(stage.dir, 'parts', 'display'), { recursive: true })
    await stage.reboot()
    expect(shown()).toBe('home')
  })

  it('A17 a part that cannot sign, or sits in another place, is not the phone’s', async () => {
    await writeFile(join(stage.dir, 'parts', 'display', 'key.pem'), 'no key')
    await stage.reboot()
    expect(shown()).toEqual(['display part-signature'])
    const { pem } = generateEs256()
    await writeFile(join(stage.dir, 'parts', 'display', 'key.pem'), pem)
    await stage.reboot()
    expect(shown()).toEqual(['display part-refused not-paired'])
  })

  it('emergency numbers connect, all else waits for the pairing', async () => {
    await another()
    for (const number of ['112', '911', '999']) {
      stage.phone.call(number)
      expect(stage.phone.calling).toBe(number)
      stage.phone.hangUp()
    }
    expect(await refusalOf(() => stage.phone.call('5550100'))).toBe('forbidden')
    expect(await refusalOf(() => stage.phone.factoryReset('menu'))).toBe('reset-refused')
    expect(await refusalOf(() => stage.phone.parts.pair('display'))).toBe('none')
    expect(shown()).toBe('home')
  })

  it('a lock stands before it, and shows itself', async () => {
    await another()
    await stage.lock()
    expect(shown()).toBe('stolen')
  })
})

it('while it runs, parts are challenged once an hour, and attested as they answered', async () => {
  await swapParts(stage.dir, shelf, 'display')
  stage.run(0.9)
  await stage.phone.sync()
  expect(shown()).toBe('home')
  expect(stage.registry.eats.at(-1)!.parts).toHaveLength(6)
  stage.run(0.1)
  await stage.phone.sync()
  expect(shown()).toEqual(['display part-refused not-paired'])
  expect(stage.registry.eats.at(-1)!.parts).toHaveLength(5)
})

describe('a lost record', () => {
  it('leaves the phone with the parts it was made with, and with no others', async () => {
    await another()
    await stage.phone.parts.pair('display')
    expect(shown()).toBe('home')
    await stage.phone.powerOff()
    await rm(join(stage.dir, 'store', 'record'))
    await stage.phone.powerOn()
    expect(shown()).toBe('activation-needed')
    await stage.phone.activate()
    expect(shown()).toEqual(['display part-refused not-paired'])
    await another()
    expect(shown()).toBe('home')
  })
})

describe('pairing', () => {
  it('is signed by phone and part over the registry’s nonce, and kept through reboots', async () => {
    await another()
    await stage.phone.parts.pair('display')
    const [fitted] = await fittedParts(stage.dir)
    const asked = stage.registry.lastRequest as { binding: string }
    const { dak, nonce } = stage.registry.eats.at(-1)!
    const keys = { host: dak, part: fitted!.signer!.key }
    const { binding } = readBinding(fromBase64(asked.binding), keys, nodeVerifiers().es256)
    expect(binding).toMatchObject({ type: 'display', nonce, previous: null })
    await stage.reboot()
    expect(shown()).toBe('home')
    // The one it was made with is now a stranger.
    await another()
    expect(shown()).toEqual(['display part-refused not-paired'])
  })

  it('fails closed: without the registry, and for every word of it that is not good', async () => {
    await another()
    const code = () => refusalOf(() => stage.phone.parts.pair('display'))
    const { registry } = stage
    const good = registry.signers
    const bend = async (change: typeof registry.bendPairing) => {
      registry.bendPairing = change
      const refused = await code()
      registry.bendPairing = (token) => token
      return refused
    }
    const other = new Uint8Array(32)
    expect(await bend((token) => ({ ...token, part: other }))).toBe('token-nonce')
    expect(await bend((token) => ({ ...token, dak: other }))).toBe('token-wrong-device')
    expect(await bend((token) => ({ ...token, nonce: other }))).toBe('token-nonce')
    expect(await bend((token) => ({ ...token, exp: 0 }))).toBe('cert-time')
    registry.signers = stage.log.abroad.registry.map(({ signer }) => signer)
    expect(await code()).toBe('chain')
    registry.signers = good
    expect(shown()).toEqual(['display part-refused not-paired'])
    await registry.stop()
    expect(await code()).toBe('unavailable')
    await stage.reboot()
    expect(shown()).toEqual(['display part-refused not-paired'])
  })

  it('is asked for a part that is there', async () => {
    expect(await refusalOf(() => stage.phone.parts.swap('display', shelf))).toBe('wrong-state')
    await rm(join(stage.dir, 'parts', 'modem'), { recursive: true })
    expect(await refusalOf(() => stage.phone.parts.pair('modem'))).toBe('not-found')
    await stage.phone.powerOff()
    expect(await refusalOf(() => stage.phone.parts.pair('display'))).toBe('unavailable')
    expect(await refusalOf(() => stage.phone.parts.swap('modem', shelf))).toBe('not-found')
  })
})

describe('A29 giving a part away', () => {
  const { signer: owner } = generateEs256()

  it('names the bindings of this phone, and needs it free', async () => {
    const { release, cose } = parseRelease(
      await stage.phone.parts.release(['display', 'modem'], owner),
    )
    expect(release).toMatchObject({ basis: 'donor', donor: stage.ids.dak })
    expect([release.parts.length, cose.slots.length]).toEqual([2, 2])
    await stage.hold()
    const refused = await refusalOf(() => stage.phone.parts.release(['display'], owner))
    expect(refused).toBe('wrong-state')
  })
})

it('hands open the phone, swap a part, pair it and bring a list', async () => {
  const logger = makeLogger('phone', 'silent')
  const syncing = new SyncLoop(stage.phone, 3_600_000, logger)
  const hands = await startHands({
    setClock: () => undefined,
    phone: stage.phone,
    syncing,
    port: 0,
    logger,
  })
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${hands.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    return (await answer.json()) as HandsAnswer
  }
  try {
    const swap = { type: 'display', there: 'shelf' }
    expect(await post('/part/swap', { ...swap, there: '../shelf' })).toMatchObject({
      refusal: 'malformed',
    })
    expect(await post('/part/swap', swap)).toMatchObject({ refusal: 'wrong-state' })
    await post('/power', { on: false })
    expect(await post('/part/swap', swap)).toMatchObject({ ok: true })
    expect(await post('/power', { on: true })).toMatchObject({ screen: { kind: 'restricted' } })
    expect(await post('/part/pair', { type: 'keyboard' })).toMatchObject({ refusal: 'malformed' })
    expect(await post('/part/pair', { type: 'display' })).toMatchObject({
      screen: { kind: 'home' },
    })
    expect(await post('/part/list', {})).toMatchObject({ refusal: 'malformed' })
  } finally {
    await hands.close()
    await syncing.close()
  }
})
