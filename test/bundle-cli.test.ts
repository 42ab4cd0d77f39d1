import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { encodeDocument, toHex } from '../src/core/index.ts'
import { DEVICE, T0, signRoot } from './law.ts'
import { PublicLog } from './public-log.ts'

const MAIN = fileURLToPath(new URL('../bin/stolen-mode.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-bundles-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const T = T0 + 10

const log = new PublicLog()
const { country } = log
const lock = log.say(country.order('lock', T), T)
const of = country.entries.length - 1
const found = log.say(country.order('found', T, { of }), T)
const release = log.say(country.order('release', T, { of }), T, { guardians: [] })
const unguarded = log.say(country.order('lock', T), T, { guardians: [] })
const files = { lock, found, release, unguarded, garbage: new Uint8Array(2_000_000).fill(0xff) }
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
writeFileSync(
  join(folder, 'root.cbor'),
  encodeDocument(signRoot(country.root, country.rootKeys.slice(0, 3))),
)

const verify = (...args: readonly string[]) => {
  const all = [MAIN, 'bundle', 'verify', ...args, '--root', 'root.cbor']
  const { status, stdout } = spawnSync(process.execPath, all, { cwd: folder })
  return { status, out: stdout.toString() }
}
interface Told {
  readonly ok: boolean
  readonly bundles: readonly {
    readonly ok: boolean
    readonly code?: string
    readonly order?: { readonly state?: string }
    readonly steps: readonly { step: number; holds: boolean | null; code?: string }[]
  }[]
}

test('a bundle anybody was handed: each step with its mark, no network, no account', () => {
  const { status, out } = verify('lock')
  expect(status).toBe(0)
  const marks = out.split('\n').filter((line) => /^ +\d/.test(line))
  expect(marks).toHaveLength(18)
  expect(marks.map((line) => line.at(-1)).join('')).toBe('✓✓✓✓✓✓✓✓✓✓✓✓✓✓––––')
  expect(out).toContain('"act":"lock","authority":"zz.force"')
})

test('a story in order, as its phone would obey it', () => {
  const { status, out } = verify(
    'lock',
    'found',
    'release',
    '--device',
    toHex(DEVICE.dak!),
    '--json',
  )
  expect(status).toBe(0)
  const { bundles } = JSON.parse(out) as Told
  expect(bundles.map(({ order }) => order?.state)).toEqual(['stolen', 'recovered', 'protected'])
  expect(bundles[2]!.steps.map(({ holds }) => holds)).toEqual([...Array(17).fill(true), null])
})

test('what is refused names its step and ends with 1', () => {
  const { status, out } = verify('unguarded', 'garbage', '--json')
  expect(status).toBe(1)
  const { ok, bundles } = JSON.parse(out) as Told
  expect(ok).toBe(false)
  expect(bundles.map(({ code }) => code)).toEqual(['guardian-quorum', 'too-large'])
  const [six] = bundles[0]!.steps.filter(({ holds }) => holds === false)
  expect(six).toMatchObject({ step: 6, code: 'guardian-quorum' })
  expect(
    bundles[0]!.steps.filter(({ step }) => step > 6).every(({ holds }) => holds === null),
  ).toBe(true)
  expect(bundles[1]!.steps[0]).toMatchObject({ holds: false })
})
