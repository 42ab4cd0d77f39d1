import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  decodeCbor,
  fromBase64,
  parseCoseKey,
  parseSign1,
  thumbprint,
  verifySign1,
} from '../core/index.ts'
import { generateEs256, machine, nodeVerifiers } from '../host/index.ts'
import { DemoLog } from './testing/demo-log.ts'
import { Stage, refusalOf } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const kind = () => stage.phone.screen()?.kind ?? 'off'
const activate = () => refusalOf(() => stage.phone.activate())

describe('enrolment', () => {
  it('speaks of its keys, its numbers and its owner, and proves the owner', async () => {
    const answer = await stage.enrol()
    expect(answer).toMatchObject({ index: 7, state: 'protected', card: 'ABCDEFGHJK' })
    const eat = stage.registry.eats.at(-1)!
    expect(thumbprint(eat.dak)).toEqual(stage.ids.dak)
    expect(eat).toMatchObject({
      imeis: stage.ids.imeis,
      bootVerified: true,
      isProtected: true,
      state: 'protected',
      ctr: 0,
      outstanding: null,
      rootVersion: 1,
      owner: thumbprint(stage.log.owner.key),
    })
    const { owner } = stage.registry.lastRequest as { owner: { key: string; proof: string } }
    const key = parseCoseKey(decodeCbor(fromBase64(owner.key)))
    const proof = parseSign1(fromBase64(owner.proof), 'application/stolen-owner+cbor')
    const { es256 } = nodeVerifiers()
    expect(verifySign1(proof, key, es256)).toEqual([eat.nonce, stage.ids.dak])
  })

  it('gives no phone a second owner, whatever a registry says', async () => {
    const { asked } = stage.registry
    const before = asked.length
    expect(await refusalOf(() => stage.enrol(generateEs256().signer))).toBe('owner-key')
    expect(asked).toHaveLength(before)
  })

  it('keeps the owner through a reboot', async () => {
    await stage.reboot()
    await stage.phone.sync()
    expect(stage.registry.eats.at(-1)!.owner).toEqual(thumbprint(stage.log.owner.key))
  })
})

describe('a status of the phone', () => {
  it('counts boots and names the order in force', async () => {
    const { index } = await stage.lock()
    await stage.phone.sync()
    const before = stage.registry.eats.at(-1)!
    expect(before).toMatchObject({ state: 'stolen', ctr: 1, outstanding: index })
    await stage.reboot()
    await stage.phone.sync()
    expect(stage.registry.eats.at(-1)!.bootCount).toBe(before.bootCount + 1)
  })
})

describe('after a reset', () => {
  it('an honest phone resets from its menu and is set up again', async () => {
    const shown = { passcode: true, biometric: false }
    await stage.phone.factoryReset('menu', shown)
    expect(kind()).toBe('activation-needed')
    expect(await refusalOf(() => stage.phone.factoryReset('menu', shown))).toBe('reset-refused')
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
    await stage.phone.activate()
    expect(kind()).toBe('home')
    await stage.reboot()
    expect(kind()).toBe('home')
  })

  it.each(['menu', 'recovery-wipe'] as const)(
    'A23 by %s it is still its owner’s: a set-up with another key is refused before anybody is asked',
    async (how) => {
      await stage.phone.factoryReset(how, { passcode: true, biometric: false })
      const asked = stage.registry.asked.length
      expect(await refusalOf(() => stage.enrol(generateEs256().signer))).toBe('owner-key')
      expect(stage.registry.asked.length).toBe(asked)
      await stage.phone.activate()
      expect(await refusalOf(() => stage.enrol(generateEs256().signer))).toBe('owner-key')
      await stage.enrol()
    },
  )

  it('A09 no file in the user storage passes for an activation', async () => {
    const storage = join(stage.dir, 'storage')
    const before = await readFile(join(storage, 'boot-key'))
    await stage.phone.factoryReset('recovery-wipe')
    await writeFile(join(storage, 'boot-key'), machine.random(60))
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
    // The key of an earlier life does not fit once a new one was sealed.
    await rm(join(storage, 'boot-key'))
    await stage.phone.activate()
    await writeFile(join(storage, 'boot-key'), before)
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
  })

  it('fails closed without a registry, and calls 112 all the same', async () => {
    await stage.phone.factoryReset('recovery-wipe')
    await stage.registry.stop()
    expect(await activate()).toBe('unavailable')
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
    stage.phone.call('112')
    expect(stage.phone.calling).toBe('112')
  })

  it('an activation of a phone that is set up costs no data', async () => {
    const before = await stage.disk()
    await stage.phone.activate()
    expect(await stage.disk()).toEqual(before)
  })

  it('a release that comes with the token opens a wiped phone', async () => {
    const { index } = await stage.lock()
    await stage.phone.factoryReset('recovery-wipe')
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: index })
    stage.registry.bundles = [release.bundle]
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })

  it('a token alone changes no state', async () => {
    await stage.lock()
    await stage.phone.activate()
    expect(kind()).toBe('stolen')
    await stage.phone.factoryReset('recovery-wipe')
    await stage.phone.activate()
    expect(kind()).toBe('stolen')
  })
})

describe('A07 a thief and the secure store', () => {
  let bundles: Uint8Array[]
  beforeEach(async () => {
    bundles = [(await stage.lock()).bundle]
    stage.registry.refuses = 'activation-refused'
    stage.registry.bundles = bundles
    await stage.phone.powerOff()
  })
  const record = () => join(stage.dir, 'store', 'record')

  const MOVES: Readonly<Record<string, () => Promise<unknown>>> = {
    deleted: () => rm(record()),
    emptied: () => truncate(record()),
    'cut short': () => truncate(record(), 40),
    'made huge': () => truncate(record(), 2 ** 32),
    'a directory': async () => {
      await rm(record())
      await mkdir(record())
    },
    altered: async () => {
      const bytes = await readFile(record())
      bytes[bytes.length - 1]! ^= 1
      await writeFile(record(), bytes)
    },
    'factory data in its place': async () =>
      writeFile(record(), await readFile(join(stage.dir, 'store', 'factory'))),
  }

  it.each(Object.keys(MOVES))('%s: activation needed, and refused', async (move) => {
    await MOVES[move]!()
    await stage.phone.powerOn()
    expect(kind()).toBe('activation-needed')
    if (move === 'a directory') return // nothing can be kept there; the gate stays shut
    expect(await activate()).toBe('activation-refused')
    expect(kind()).toBe('stolen')
    await stage.reboot()
    expect(kind()).toBe('stolen')
  })

  it('with no registry to say so it stays shut', async () => {
    await rm(record())
    await stage.registry.stop()
    await stage.phone.powerOn()
    expect(await activate()).toBe('unavailable')
    expect(kind()).toBe('activation-needed')
  })

  it('A18 an older record put back: the missing orders come, then it is refused or freed', async () => {
    const stolen = await readFile(record())
    const of = stage.log.size - 1
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of })
    await stage.phone.powerOn()
    await stage.phone.receive(release.bundle)
    await stage.phone.powerOff()
    await writeFile(record(), stolen)
    await stage.phone.factoryReset('recovery-wipe')
    await stage.phone.powerOn()
    stage.registry.refuses = 'counter-went-back'
    stage.registry.bundles = [release.bundle]
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })

  it('A18 a record lost and rebuilt: replayed orders end where the log ends', async () => {
    await rm(record())
    await stage.phone.powerOn()
    stage.registry.refuses = 'counter-went-back'
    const of = stage.log.size - 1
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of })
    stage.registry.bundles = [...bundles, release.bundle]
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })
})

describe('A11 a frozen world', () => {
  const DAY = 86_400
  beforeEach(() => stage.phone.factoryReset('recovery-wipe'))

  it('an old tree with old cosignatures sets nothing up, however fresh its token; a fresh one does', async () => {
    const { log, registry } = stage
    registry.checkpoint = log.checkpoint()
    log.now += DAY - 3600
    await stage.phone.activate() // an hour's token, of a tree seen a day before its end
    expect(kind()).toBe('home')
    await stage.phone.factoryReset('recovery-wipe')
    log.now += 1
    expect(await activate()).toBe('token-expired')
    expect(kind()).toBe('activation-needed')
    registry.checkpoint = undefined
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })

  it('nor one whose token was made for that old time, once the phone knows better', async () => {
    const { log, registry } = stage
    const old = log.now
    registry.checkpoint = log.checkpoint()
    log.now += 10 * DAY
    const { index } = await stage.lock(1)
    const release = await log.issue('release', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(release.bundle)
    registry.bend = (token) => ({ ...token, exp: old + 3600 })
    expect(await activate()).toBe('token-expired')
    expect(kind()).toBe('activation-needed')
  })

  it('what it saw at its activation is the least it takes from then on', async () => {
    const { log, registry } = stage
    const frozen = log.checkpoint()
    const [size, root] = [log.size, log.root]
    log.order('lock', stage.stranger, { ctr: 1 })
    await stage.phone.activate()
    expect(kind()).toBe('home')
    await stage.phone.factoryReset('recovery-wipe')
    registry.checkpoint = frozen
    registry.bend = (token) => ({ ...token, treeSize: size, root })
    expect(await activate()).toBe('tree-went-back')
  })

  it('the tree of the token, of the home log, seen by a quorum', async () => {
    const { log, registry } = stage
    registry.bend = (token) => ({ ...token, root: new Uint8Array(32) })
    expect(await activate()).toBe('not-consistent')
    registry.bend = (token) => ({ ...token, treeSize: token.treeSize + 1 })
    expect(await activate()).toBe('not-consistent')
    registry.bend = (token) => token
    registry.checkpoint = log.checkpoint({ witnesses: 1 })
    expect(await activate()).toBe('witness-quorum')
    registry.checkpoint = log.checkpoint().replace(/\n\d+\n/, '\n9\n')
    expect(await activate()).toBe('log-signature')
    registry.checkpoint = new DemoLog(generateEs256().signer, 'log.example/qq').checkpoint()
    expect(await activate()).toBe('log-unknown')
    expect(kind()).toBe('activation-needed')
    // Guardians are for force: a phone is set up without them.
    registry.checkpoint = log.checkpoint({ guardians: 0 })
    await stage.phone.activate()
    expect(kind()).toBe('home')
  })
})

describe('A10 a status token that is not the one asked for', () => {
  beforeEach(() => stage.phone.factoryReset('recovery-wipe'))
  afterEach(async () => {
    expect(kind()).toBe('activation-needed')
    expect(await stage.disk()).not.toHaveProperty('/storage/boot-key')
  })

  it('for another phone', async () => {
    stage.registry.bend = (token) => ({ ...token, dak: stage.stranger.dak! })
    expect(await activate()).toBe('token-wrong-device')
  })

  it("yesterday's, with another nonce", async () => {
    stage.registry.bend = (token) => ({ ...token, nonce: new Uint8Array(32) })
    expect(await activate()).toBe('token-nonce')
  })

  it('expired by cosigned time', async () => {
    await stage.phone.activate()
    stage.log.now += 86_400
    const { index } = await stage.lock(1)
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(release.bundle)
    await stage.phone.factoryReset('recovery-wipe')
    stage.registry.bend = (token) => ({ ...token, exp: stage.log.now - 1 })
    expect(await activate()).toBe('token-expired')
  })

  it('from a smaller log than one seen, or below the own counter', async () => {
    await stage.phone.activate()
    const { index } = await stage.lock(1)
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(release.bundle)
    await stage.phone.factoryReset('recovery-wipe')
    stage.registry.bend = (token) => ({ ...token, treeSize: 1 })
    expect(await activate()).toBe('tree-went-back')
    stage.registry.bend = (token) => ({ ...token, ctr: 1 })
    expect(await activate()).toBe('replay')
  })

  it('for a phone that is not free', async () => {
    stage.registry.bend = (token) => ({ ...token, state: 'stolen' })
    expect(await activate()).toBe('activation-refused')
  })

  it('signed by one alone, by one twice, by strangers, by officers', async () => {
    const { registry, officers } = stage.log.founding
    const one = registry[0].signer
    stage.registry.signers = [one]
    expect(await activate()).toBe('signer-set')
    stage.registry.signers = [one, one]
    expect(await activate()).toBe('signer-set')
    stage.registry.signers = [one, generateEs256().signer]
    expect(await activate()).toBe('chain')
    stage.registry.signers = officers.map(({ signer }) => signer)
    expect(await activate()).toBe('signer-set')
  })
})
