import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '../core/index.ts'
import { readIdentityProviders } from './identity-providers.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-'))
  await writeFile(join(folder, 'secret'), 'not-to-be-printed\n')
  await writeFile(join(folder, 'two'), 'one line\nanother')
})
afterAll(() => rm(folder, { recursive: true }))

const GOOD = {
  force: 'xa/met',
  issuer: 'https://login.example/met',
  clientId: 'desk',
  clientSecretFile: 'secret',
}

async function read(content: unknown) {
  const path = join(folder, 'providers.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readIdentityProviders(path)
}

describe('forces’ identity providers', () => {
  test('are read with their secrets from beside the file', async () => {
    const [one, two] = await read([
      GOOD,
      { ...GOOD, force: 'xb/met', issuer: 'http://localhost:9000', claim: 'warrant' },
    ])
    expect(one).toEqual({
      force: 'xa/met',
      issuer: new URL(GOOD.issuer),
      clientId: 'desk',
      clientSecret: 'not-to-be-printed',
      claim: 'preferred_username',
    })
    expect(two!.claim).toBe('warrant')
  })

  test('A98: a wrong file stops the start, and the sentence holds no secret', async () => {
    for (const wrong of [
      'nothing',
      GOOD,
      [{ ...GOOD, role: 'officer' }],
      [{ ...GOOD, clientSecret: 'not-to-be-printed' }],
      [GOOD, GOOD],
      [{ ...GOOD, force: 'Met Police' }],
      [{ ...GOOD, issuer: 'http://login.example' }],
      [{ ...GOOD, issuer: 'javascript:1' }],
      [{ ...GOOD, clientSecretFile: 'none' }],
      [{ ...GOOD, clientSecretFile: 'two' }],
    ]) {
      const error = await read(wrong).catch((one: unknown) => one)
      expect(error, JSON.stringify(wrong)).toBeInstanceOf(Refusal)
      expect(String(error)).not.toContain('not-to-be-printed')
    }
    await expect(readIdentityProviders(join(folder, 'none.json'))).rejects.toThrow(Refusal)
  })
})
