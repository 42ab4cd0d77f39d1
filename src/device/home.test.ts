import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machine } from '../host/index.ts'
import { manufacture } from './manufacture.ts'
import { Phone } from './phone.ts'
import { Stage, refusalOf } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const kind = () => stage.phone.screen()?.kind

/** Another phone of the same maker, switched on, enrolled where the registry says it is at home. */
async function phoneAtHomeIn(home: { readonly log: string; readonly authority: string }) {
  const dir = join(stage.home, 'other')
  const { root } = stage.log.founding
  const imeis = ['00101701000099']
  const made = await manufacture({ dir, imeis, serial: 'SM-2', root, surroundings: machine })
  const phone = new Phone({ ...stage.options(), dir })
  await phone.powerOn()
  stage.registry.home = home
  const maker = { statement: made.device, record: made.device, index: 0, path: [], model: 'X' }
  await phone.enrol({ ...maker, ownerKey: stage.log.owner })
  return { phone, ids: { ...stage.ids, dak: made.device } }
}

const abroad = () => ({ log: stage.log.abroad.origin, authority: 'xa' })

describe('the log a phone is at home in', () => {
  it('is that of its enrolment: the same order from another trusted log is refused', async () => {
    const { phone, ids } = await phoneAtHomeIn(abroad())
    const { bundle } = await stage.log.issue('lock', ids, { ctr: 1 })
    expect(await refusalOf(() => phone.receive(bundle))).toBe('log-unknown')
    await phone.powerOff()
    await phone.powerOn()
    expect(await refusalOf(() => phone.receive(bundle))).toBe('log-unknown')
    await phone.powerOff()
    await stage.lock() // the phone at home there obeys
    expect(kind()).toBe('stolen')
  })

  it('is one of the root document', async () => {
    const strange = { log: 'log.example/strange', authority: 'zz' }
    expect(await refusalOf(() => phoneAtHomeIn(strange))).toBe('log-unknown')
  })

  it('does not change: a second enrolment elsewhere would undo what the first one ordered', async () => {
    stage.registry.home = abroad()
    expect(await refusalOf(() => stage.enrol())).toBe('identity-conflict')
    await stage.lock()
    expect(kind()).toBe('stolen')
  })

  it('has the only registry that sets the phone up again: a foreign token opens nothing', async () => {
    const { national, registry } = stage.log.abroad
    stage.registry.signers = registry.map(({ signer }) => signer)
    stage.registry.certificates = [national, ...registry].map(({ document }) => document)
    const shown = { passcode: true, biometric: false }
    // Nor does it let the phone be erased from its menu.
    expect(await refusalOf(() => stage.phone.factoryReset('menu', shown))).toBe('chain')
    await stage.phone.factoryReset('recovery-wipe')
    expect(await refusalOf(() => stage.phone.activate())).toBe('chain')
    expect(kind()).toBe('activation-needed')
  })
})
