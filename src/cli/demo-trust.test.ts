import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decodeCbor, asArray, asBytes, readCertificate, thumbprint, toHex } from '../core/index.ts'
import { foundDemonstration } from './demo-trust.ts'
import { Files, loadTrust } from './files.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-fresh-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = {
  registryUrl: 'http://127.0.0.1:1',
  witnessUrl: 'http://127.0.0.1:2',
  guardianUrl: 'http://127.0.0.1:3',
}

test('A98: two fresh installs share no secret, and nobody else can read them', async () => {
  const installs = ['one', 'two'].map((name) => new Files(join(folder, name)))
  for (const files of installs) await foundDemonstration(files, at)
  const secretsOf = (files: Files): ReadonlyMap<string, string> => {
    const names = readdirSync(files.folder('keys')).toSorted()
    const open = names.filter((name) => statSync(files.folder('keys', name)).mode & 0o077)
    expect(open).toEqual([])
    return new Map<string, string>(
      names.map((name) => [name, readFileSync(files.folder('keys', name)).toString('hex')]),
    )
  }
  const [one, two] = [secretsOf(installs[0]!), secretsOf(installs[1]!)]
  expect(one.size).toBeGreaterThan(15)
  expect([...two.keys()]).toEqual([...one.keys()])
  // Nor does one install use a secret twice.
  expect(new Set([...one.values(), ...two.values()]).size).toBe(one.size + two.size)

  const keysOf = async (files: Files) => {
    const { root } = await loadTrust(files.root)
    const list = asArray(decodeCbor(new Uint8Array(readFileSync(files.certificates)), 1_048_576))
    const certified = list.map((bytes) => readCertificate(asBytes(bytes)).cert.key)
    return [...root.keys, ...certified].map((key) => toHex(thumbprint(key)))
  }
  const keys = (await Promise.all(installs.map((files) => keysOf(files)))).flat()
  expect(new Set(keys).size).toBe(keys.length)
})
