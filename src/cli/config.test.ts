import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PublicLog } from '../../test/public-log.ts'
import { Refusal } from '../core/index.ts'
import type { PolicyLog } from '../log/index.ts'
import { databaseOf, readConfig } from './config.ts'
import { boundRegistries } from './registries.ts'

const PASSWORD = 'not-to-be-printed'

function sentence(environment: Record<string, string>): string {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'config') return error.message
    throw error
  }
  return 'nothing'
}

describe('configuration', () => {
  test('needs nothing: what holds when nobody sets anything', () => {
    const { config, secrets } = readConfig({ PATH: '/bin' })
    expect(config).toMatchObject({
      data: resolve('data'),
      registryPort: 8080,
      registryUrl: 'http://127.0.0.1:8080',
      poolMs: 250,
      country: 'ZZ',
      unknown: 'whitelist',
    })
    expect(secrets).toEqual({ databaseUrl: null, smtpUrl: null })
    expect(databaseOf(config, secrets)).toEqual({ folder: resolve('data/registry/database') })
  })

  test("follows the registry's port, unless the address is given", () => {
    const port = { STOLEN_MODE_REGISTRY_PORT: '9000' }
    expect(readConfig(port).config.registryUrl).toBe('http://127.0.0.1:9000')
    const url = { ...port, STOLEN_MODE_REGISTRY_URL: 'https://registry.example/' }
    expect(readConfig(url).config.registryUrl).toBe('https://registry.example')
  })

  test('A75: further push services are origins over TLS, or on this machine', () => {
    const read = (text: string) => readConfig({ STOLEN_MODE_PUSH_ORIGINS: text }).config.pushOrigins
    expect(readConfig({}).config.pushOrigins).toEqual([])
    const both = ['https://push.example', 'http://127.0.0.1:9000']
    expect(read(both.join(', '))).toEqual(both)
    for (const none of ['', 'push.example', 'http://push.example', 'https://push.example/path'])
      expect(sentence({ STOLEN_MODE_PUSH_ORIGINS: none }), none).toContain('expected origins')
  })

  test('knows one registry, or several by their origins, the own one first', () => {
    const registries = (text: string) =>
      readConfig({ STOLEN_MODE_REGISTRY_URL: text }).config.registries
    expect(registries('http://a.example/')).toEqual([{ origin: null, url: 'http://a.example' }])
    expect(registries('log/xa=http://a.example:1, log/xb=https://b.example/?x=1')).toEqual([
      { origin: 'log/xa', url: 'http://a.example:1' },
      { origin: 'log/xb', url: 'https://b.example/?x=1' },
    ])
    expect(readConfig({ STOLEN_MODE_REGISTRY_URL: 'o=http://a' }).config.registryUrl).toBe(
      'http://a',
    )
    for (const wrong of [
      'http://a,http://b',
      'o=a.example',
      'o=http://a,',
      '=http://a',
      'http://a b',
    ])
      expect(sentence({ STOLEN_MODE_REGISTRY_URL: wrong })).toMatch(
        /REGISTRY_URL: expected an addr/,
      )
  })

  test('binds each to a log that the root document names', () => {
    const { trust } = new PublicLog()
    const [{ key }] = trust.plain.logs as [PolicyLog]
    const url = 'http://a.example'
    const bound = [{ origin: key.name, url }]
    expect(boundRegistries([{ origin: null, url }], trust)).toEqual(bound)
    expect(boundRegistries(bound, trust)).toEqual(bound)
    const refusal = expect.objectContaining({ code: 'config' })
    expect(() => boundRegistries([{ origin: 'log.example/no', url }], trust)).toThrow(refusal)
    const several = {
      ...trust,
      plain: { ...trust.plain, logs: [...trust.plain.logs, ...trust.plain.logs] },
    }
    expect(() => boundRegistries([{ origin: null, url }], several)).toThrow(refusal)
  })

  test.each([
    ['STOLEN_MODE_DATA', '', 'a folder'],
    ['STOLEN_MODE_REGISTRY_PORT', '', '0 to 65535'],
    ['STOLEN_MODE_EDGE_PORT', '65536', '0 to 65535'],
    ['STOLEN_MODE_EDGE_ADMIN_PORT', '0x50', '0 to 65535'],
    ['STOLEN_MODE_WITNESS_PORT', '1e3', '0 to 65535'],
    ['STOLEN_MODE_GUARDIAN_PORT', '-1', '0 to 65535'],
    ['STOLEN_MODE_PHONE_PORT', '80.5', '0 to 65535'],
    ['STOLEN_MODE_POOL_MS', '100', '250 to 500'],
    ['STOLEN_MODE_REGISTRY_URL', 'registry.example', 'an address such as http'],
    ['STOLEN_MODE_COUNTRY', 'gb', 'two capital letters'],
    ['STOLEN_MODE_NETWORK', '0010', 'five or six digits'],
    ['STOLEN_MODE_UNKNOWN', 'maybe', 'one of'],
    ['STOLEN_MODE_PHONE_SYNC_SECONDS', '0', '1 to 86400'],
    ['STOLEN_MODE_LOG_LEVEL', 'loud', 'trace, debug'],
    ['DATABASE_URL', `mysql://me:${PASSWORD}@host/db`, 'postgresql://'],
    ['DATABASE_URL', `${PASSWORD}`, 'postgresql://'],
  ])(
    '%s=%j: one sentence says what was expected, never what was found',
    (name, value, expected) => {
      const said = sentence({ [name]: value })
      expect(said).toContain(`${name}: expected`)
      expect(said).toContain(expected)
      expect(said).not.toContain('\n')
      expect(said).not.toContain(PASSWORD)
    },
  )

  test('a setting that does not exist is a typing mistake, not the default', () => {
    expect(sentence({ STOLEN_MODE_REGISTRY_PROT: '9000' })).toMatch(/REGISTRY_PROT is set, but/)
  })

  test('the connection string is a secret and stands nowhere else', () => {
    const url = `postgresql://me:${PASSWORD}@db.example/registry`
    const { config, secrets } = readConfig({ DATABASE_URL: url })
    expect(secrets.databaseUrl).toBe(url)
    expect(JSON.stringify(config)).not.toContain(PASSWORD)
    expect(databaseOf(config, secrets)).toEqual({ url })
  })
})
