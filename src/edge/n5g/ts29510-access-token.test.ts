import { afterEach, describe, expect, test } from 'vitest'
import { AMF_ID, EIR_ID, NRF_ID, TokenIssuer } from '../../../test/access-tokens.ts'
import type { N5gAnswer } from '../../../test/n5g-client.ts'
import { N5gEdge, PATH, STOLEN } from '../../../test/n5g-edge.ts'
import type { JwsKey } from './jws.ts'
import type { TokenOptions } from './token-gate.ts'

const nrf = new TokenIssuer()
const rsa = new TokenIssuer('RS256')
const keys: readonly JwsKey[] = [
  { alg: 'ES256', kid: null, key: nrf.publicKey },
  { alg: 'RS256', kid: null, key: rsa.publicKey },
]
const OTHER_ID = 'c0ffee00-0000-4000-8000-000000000001'

let edge: N5gEdge
afterEach(async () => {
  expect(edge.counters.isBalanced).toBe(true)
  await edge[Symbol.asyncDispose]()
})

async function start(mode: TokenOptions['mode'] = 'required', more: Partial<TokenOptions> = {}) {
  edge = await N5gEdge.start({
    tokens: { mode, issuers: [NRF_ID], keys, instanceId: EIR_ID, ...more },
  })
}

const inAnHour = () => edge.now / 1000 + 3_600
async function ask(authorization?: string): Promise<N5gAnswer> {
  await using client = edge.client()
  const path = PATH + STOLEN
  return await client.request({ ':path': path, ...(authorization && { authorization }) })
}
const bearer = (token: string) => ask(`Bearer ${token}`)
const outcome = (peer: string, name: 'stolen' | 'refused') => edge.counters.of(peer).of(name)

const NO_TOKEN = [401, 'Bearer']
const INVALID = [401, 'Bearer error="invalid_token"']
const SCOPE = [403, 'Bearer error="insufficient_scope"']
const told = ({ status, headers }: N5gAnswer) => [status, headers['www-authenticate']]

describe('required', () => {
  test('a token of the NRF is answered, and names its bearer', async () => {
    await start()
    expect(await bearer(nrf.issue(inAnHour()))).toMatchObject({ json: { status: 'BLACKLISTED' } })
    expect(await bearer(rsa.issue(inAnHour(), { sub: OTHER_ID }))).toMatchObject({ status: 200 })
    expect([outcome(AMF_ID, 'stolen'), outcome(OTHER_ID, 'stolen')]).toEqual([1, 1])
    expect(edge.seen.map(({ asker }) => asker.peer)).toEqual([AMF_ID, OTHER_ID])
    expect(edge.counters.of('127.0.0.1').received).toBe(0)
  })

  test.each<readonly [string, object]>([
    ['made out to our instance', { aud: [OTHER_ID, EIR_ID] }],
    ['made out to our instance in capitals', { aud: [EIR_ID.toUpperCase()] }],
    ['for several services', { scope: 'nudm-sdm n5g-eir-eic' }],
    ['with claims we do not know', { consumerPlmnId: { mcc: '001', mnc: '01' }, other: [1] }],
    ['that ended half a minute ago', { exp: 1_800_000_000 - 29 }],
  ])('a token %s is good', async (_, claims) => {
    await start()
    expect(await bearer(nrf.issue(inAnHour(), claims))).toMatchObject({ status: 200 })
  })

  test('without a token: 401, and no word about an error (RFC 6750 §3)', async () => {
    await start()
    const answer = await ask()
    expect(told(answer)).toEqual(NO_TOKEN)
    expect(answer).toMatchObject({
      json: { status: 401 },
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    })
    expect(outcome('127.0.0.1', 'refused')).toBe(1)
    expect(edge.seen).toEqual([])
  })

  test.each<readonly [string, object]>([
    ['of another NRF', { iss: OTHER_ID }],
    ['of no NRF', { iss: undefined }],
    ['of a list of NRFs', { iss: [NRF_ID] }],
    ['for another type', { aud: 'UDM' }],
    ['for another instance', { aud: [OTHER_ID] }],
    ['for a string that holds our id', { aud: EIR_ID }],
    ['for nobody', { aud: undefined }],
    ['that ended a minute ago', { exp: 1_800_000_000 - 60 }],
    ['that never ends', { exp: undefined }],
    ['that ends in text', { exp: '1900000000' }],
    ['that ends beyond numbers', { exp: 1e300 }],
    ['of nobody', { sub: undefined }],
    ['of somebody without an instance id', { sub: 'amf\n"} x' }],
    ['without scope', { scope: undefined }],
    ['with a list for a scope', { scope: ['n5g-eir-eic'] }],
  ])('a token %s is not valid', async (_, claims) => {
    await start()
    expect(told(await bearer(nrf.issue(inAnHour(), claims)))).toEqual(INVALID)
    expect(outcome('127.0.0.1', 'refused')).toBe(1)
  })

  test.each<readonly [string, (token: string) => string]>([
    ['of a stranger', () => `Bearer ${new TokenIssuer().issue(1_900_000_000)}`],
    ['cut short', (token) => `Bearer ${token.slice(0, -3)}`],
    ['without its scheme', (token) => token],
    ['with more behind it', (token) => `Bearer ${token} x`],
    ['longer than 8 KiB', (token) => `Bearer ${token}${'A'.repeat(8_192)}`],
    ['of HTTP Basic', () => 'Basic eDp5'],
    ['that is none', () => 'Bearer'],
  ])('a token %s is not valid', async (_, authorization) => {
    await start()
    expect(told(await ask(authorization(nrf.issue(inAnHour()))))).toEqual(INVALID)
  })

  test('a token for another service is 403', async () => {
    await start()
    for (const scope of ['nudm-sdm', 'n5g-eir-eic:x', 'xn5g-eir-eic', ''])
      expect(told(await bearer(nrf.issue(inAnHour(), { scope })))).toEqual(SCOPE)
    expect(outcome('127.0.0.1', 'refused')).toBe(4)
  })

  test('what is malformed is malformed first', async () => {
    await start()
    await using client = edge.client()
    expect(await client.check('?pei=x')).toMatchObject({ status: 400 })
    expect(edge.counters.of('127.0.0.1').of('invalid')).toBe(1)
  })
})

describe('optional', () => {
  test('a token names its bearer; without a good one the same question is answered too', async () => {
    await start('optional')
    const bad = [
      undefined,
      `Bearer ${new TokenIssuer().issue(inAnHour())}`,
      `Bearer ${nrf.issue(inAnHour(), { scope: 'nudm-sdm' })}`,
    ]
    for (const authorization of bad) expect(await ask(authorization)).toMatchObject({ status: 200 })
    expect(await bearer(nrf.issue(inAnHour()))).toMatchObject({ status: 200 })
    expect([outcome('127.0.0.1', 'stolen'), outcome(AMF_ID, 'stolen')]).toEqual([3, 1])
  })
})

describe('off', () => {
  test('whatever a message says of itself, the connection is what counts', async () => {
    edge = await N5gEdge.start()
    expect(await bearer(nrf.issue(inAnHour()))).toMatchObject({ status: 200 })
    expect(outcome('127.0.0.1', 'stolen')).toBe(1)
  })
})

describe('what is remembered', () => {
  test('one signature is checked for a token, and none after it has expired', async () => {
    let checked = 0
    const counting: JwsKey = {
      alg: 'ES256',
      kid: null,
      get key() {
        checked++
        return nrf.publicKey
      },
    }
    await start('required', { keys: [counting] })
    const token = nrf.issue(inAnHour())
    for (let i = 0; i < 5; i++) expect(await bearer(token)).toMatchObject({ status: 200 })
    expect(checked).toBe(1)
    edge.now += 3_600_000 + 29_000
    expect(await bearer(token)).toMatchObject({ status: 200 })
    edge.now += 1_000
    expect(told(await bearer(token))).toEqual(INVALID)
  })

  test('A72: as many tokens as anybody likes, and each is still right', async () => {
    await start()
    const tokens = Array.from({ length: 2_100 }, (_, i) => nrf.issue(inAnHour(), { jti: i }))
    await using client = edge.client()
    const askWith = (token: string) =>
      client.request({ ':path': PATH + STOLEN, authorization: `Bearer ${token}` })
    for (let at = 0; at < tokens.length; at += 300) {
      const answers = await Promise.all(tokens.slice(at, at + 300).map(askWith))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    }
    expect(await askWith(tokens[0]!)).toMatchObject({ status: 200 })
    expect(outcome(AMF_ID, 'stolen')).toBe(2_101)
  })
})
