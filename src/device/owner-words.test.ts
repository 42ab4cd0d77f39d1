import { afterEach, beforeEach, expect, it } from 'vitest'
import { signOwnerWords, type OwnerWords, type Signer } from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const AT = 1_800_000_000
const QUIET = { message: 'return', language: null, reference: null }

/** What the registry brings with its next answer. */
async function bring(said: Partial<OwnerWords> = {}, by: Signer = stage.log.owner): Promise<void> {
  const picked = { message: 'needed', language: 'fr', reference: 'SM-7Q4K-2M9X', at: AT } as const
  stage.registry.words = signOwnerWords({ dak: stage.ids.dak!, ...picked, ...said }, by)
  await stage.phone.sync()
}

it('A43 shows what its owner signed while it does not open, and nothing a registry writes itself', async () => {
  await bring()
  expect(stage.phone.screen()).toEqual({ kind: 'home' })
  await stage.lock()
  const registry = stage.log.founding.registry[0].signer
  for (const stranger of [registry, stage.log.founding.intake.signer, generateEs256().signer]) {
    await bring({}, stranger)
    expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', ...QUIET })
  }
  await bring({ dak: stage.stranger.dak! })
  expect(stage.phone.screen()).toMatchObject(QUIET)
  await bring()
  const shown = { kind: 'stolen', message: 'needed', language: 'fr', reference: 'SM-7Q4K-2M9X' }
  expect(stage.phone.screen()).toMatchObject(shown)
  await stage.reboot()
  expect(stage.phone.screen()).toMatchObject(shown)
  // What was said before is not brought back; what is said after takes its place.
  await bring({ message: 'return', at: AT })
  expect(stage.phone.screen()).toMatchObject(shown)
  await bring({ message: 'thanks', language: null, reference: null, at: AT + 1 })
  expect(stage.phone.screen()).toMatchObject({ ...QUIET, message: 'thanks' })
})

it('locks and opens by orders alone, whatever is brought as words', async () => {
  const lock = await stage.log.issue('lock', stage.ids, { ctr: 1 })
  stage.registry.bundles = [lock.bundle]
  stage.registry.words = new Uint8Array(4096)
  expect(await stage.phone.sync()).toEqual({ obeyed: 1, refused: [] })
  expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', ...QUIET })
  stage.registry.bundles = []
  await bring()
  const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: lock.index })
  await stage.phone.receive(release.bundle)
  expect(stage.phone.screen()).toEqual({ kind: 'home' })
  // A later theft begins with what the phone would say anyway.
  await stage.lock(3)
  expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', ...QUIET })
  await bring()
  expect(stage.phone.screen()).toMatchObject(QUIET)
  await bring({ at: AT + 1 })
  expect(stage.phone.screen()).toMatchObject({ message: 'needed' })
})
