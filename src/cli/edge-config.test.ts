import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEdgeFile } from './edge-config.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function read(value: unknown) {
  const path = join(folder, 'edge.json')
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value))
  return readEdgeFile(path)
}

test('paths are those of the file’s folder; a token is no path', async () => {
  const localList = { path: 'own.csv' }
  expect(await read({ key: 'keys/edge.pem', root: '/root.cbor', localList })).toEqual({
    key: join(folder, 'keys/edge.pem'),
    root: '/root.cbor',
    localList: { path: join(folder, 'own.csv') },
  })
  const token = 'pkcs11:token=met;object=edge'
  expect(await read({ key: token })).toEqual({ key: token })
})

const gsupPeer = { operator: 'msc', country: 'ZZ', network: '00101' }
test.each([
  ['no JSON', '{', 'JSON'],
  ['a misspelt member', { unknwon: 'whitelist' }, 'unknwon'],
  [
    'one further in',
    { gsup: { upstream: { host: 'h', port: 1 }, peers: [{ ...gsupPeer, adress: '::1' }] } },
    'gsup.peers.0.adress',
  ],
  ['a policy there is not', { unknown: 'block' }, 'unknown'],
  [
    'a secret in the wrong place',
    { registries: [{ origin: 'o', url: 'hunter2' }] },
    'registries.0.url',
  ],
])('refuses %s, and names it without repeating a value', async (_, value, named) => {
  const error = (await read(value).catch((thrown: unknown) => thrown)) as Error
  expect(error).toMatchObject({ code: 'config' })
  expect(error.message).toContain(named)
  expect(error.message).not.toContain('hunter2')
})
