import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { thumbprint, sha256 } from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { SYSTEM, imagePath, measure, referenceBy } from './boot.ts'
import { openFileStore } from './file-store.ts'
import { storeDir } from './manufacture.ts'
import { Stage, refusalOf } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const kind = () => stage.phone.screen()?.kind
const attested = async () => {
  await stage.phone.sync()
  return stage.registry.eats.at(-1)!
}

const OTHERS: Readonly<Record<string, () => Promise<unknown>>> = {
  'an older image, which the maker signed for other phones': () =>
    writeFile(imagePath(stage.dir), 'stolen-mode reference phone, system image 0\n'),
  'one bit of it is another': async () => {
    const bytes = await readFile(imagePath(stage.dir))
    bytes[3]! ^= 1
    await writeFile(imagePath(stage.dir), bytes)
  },
  'an image as long as a disk': () => writeFile(imagePath(stage.dir), new Uint8Array(1_048_577)),
  'no image': () => rm(imagePath(stage.dir)),
  'a directory': async () => {
    await rm(imagePath(stage.dir))
    await mkdir(imagePath(stage.dir))
  },
}

it.each(Object.keys(OTHERS))(
  'A08: reflashed (%s): the boot key stays in, the data too, and the phone says so',
  async (how) => {
    const sealed = await readFile(join(stage.dir, 'storage', 'boot-key'))
    expect(await attested()).toMatchObject({ bootVerified: true })
    await stage.phone.powerOff()
    await OTHERS[how]!()
    await stage.phone.powerOn()
    expect(kind()).toBe('activation-needed')
    const said = await attested()
    expect(said).toMatchObject({ bootVerified: false })
    expect(said.measured.image).not.toEqual(sha256(SYSTEM))
    // Even a registry that gives a token opens nothing.
    await stage.phone.activate()
    expect(kind()).toBe('activation-needed')
    stage.phone.call('112')
    expect(stage.phone.calling).toBe('112')
    expect(await readFile(join(stage.dir, 'storage', 'boot-key'))).toEqual(sealed)

    await stage.phone.powerOff()
    await rm(imagePath(stage.dir), { recursive: true, force: true })
    await writeFile(imagePath(stage.dir), SYSTEM)
    await stage.phone.powerOn()
    expect(kind()).toBe('home')
    expect(await attested()).toMatchObject({
      bootVerified: true,
      measured: { image: sha256(SYSTEM) },
    })
  },
)

it('A08: a state that forbids the boot is shown first, whatever was flashed', async () => {
  await stage.lock()
  await stage.phone.powerOff()
  await writeFile(imagePath(stage.dir), 'another')
  await stage.phone.powerOn()
  expect(kind()).toBe('stolen')
})

it('takes the word of the key in its factory data alone', async () => {
  const { factory } = (await openFileStore(storeDir(stage.dir), () => new Uint8Array()))!
  const measured = await measure(stage.dir, factory)
  expect(measured).toMatchObject({ isMakers: true })
  expect(measured.measured.key).toEqual(thumbprint(factory.bootKey))
  const { image } = referenceBy(generateEs256().signer)
  expect(await measure(stage.dir, { ...factory, image })).toMatchObject({ isMakers: false })
  const nothing = new Uint8Array()
  expect(await measure(stage.dir, { ...factory, image: nothing })).toMatchObject({
    isMakers: false,
  })
})

it('counts every boot with a seed of its own, and goes on counting where the record is lost', async () => {
  const first = await attested()
  expect(await attested()).toMatchObject({ bootCount: first.bootCount, bootSeed: first.bootSeed })
  await stage.reboot()
  const second = await attested()
  expect(second.bootCount).toBe(first.bootCount + 1)
  expect(second.bootSeed).not.toEqual(first.bootSeed)
  for (const lost of [['record'], ['boots'], ['record', 'boots']]) {
    await stage.phone.powerOff()
    const before = stage.registry.eats.at(-1)!.bootCount
    for (const file of lost) await rm(join(stage.dir, 'store', file))
    await stage.phone.powerOn()
    const { bootCount } = await attested()
    if (lost.length === 2) expect(bootCount).toBe(1)
    else expect(bootCount).toBe(before + 1)
    await stage.phone.activate()
  }
})

it('a boot that could not be counted is counted before it is attested for a token, or there is none', async () => {
  const { bootCount } = await attested()
  await stage.phone.powerOff()
  const files = ['record', 'boots'].map((name) => join(stage.dir, 'store', name))
  const kept = await Promise.all(files.map((path) => readFile(path)))
  // Neither can be written over while it is a directory that holds something.
  for (const path of files) {
    await rm(path)
    await mkdir(join(path, 'in-the-way'), { recursive: true })
  }
  await stage.phone.powerOn()
  const asked = stage.registry.asked.length
  expect(await refusalOf(() => stage.phone.activate())).toBe('store')
  expect(stage.registry.asked.length).toBe(asked)
  for (const [i, path] of files.entries()) {
    await rm(path, { recursive: true })
    await writeFile(path, kept[i]!)
  }
  await stage.reboot()
  await stage.phone.activate()
  expect(stage.registry.eats.at(-1)!.bootCount).toBe(bootCount + 1)
})
