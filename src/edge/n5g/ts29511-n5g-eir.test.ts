import { connect as connectTcp } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { N5gClient } from '../../../test/n5g-client.ts'
import { N5gEdge } from '../../../test/n5g-edge.ts'
import type { Counters } from '../counters.ts'
import type { UnknownPolicy } from '../verdict.ts'

const UNKNOWN_PEI = 'imei-001017010000990'

let edge: N5gEdge
let client: N5gClient
let counters: Counters

async function start(unknown: UnknownPolicy = 'not-found') {
  edge = await N5gEdge.start({}, unknown)
  client = edge.client()
  counters = edge.counters.of('127.0.0.1')
}

beforeEach(() => start())
afterEach(async () => {
  expect(counters.isBalanced).toBe(true)
  await client[Symbol.asyncDispose]()
  await edge.server.close()
})

const statusOf = async (query: string) => (await client.check(query)).json['status']

describe('verdicts (N2–N6)', () => {
  test.each([
    ['imei-001017010000010', 'BLACKLISTED'],
    ['imei-001017010000020', 'GREYLISTED'],
    ['imei-001017010000030', 'WHITELISTED'],
    ['imei-001017010000040', 'BLACKLISTED'],
    ['imei-001017010000050', 'BLACKLISTED'],
  ])('%s is %s, whoever asks for whichever subscriber', async (pei, status) => {
    for (const rest of [
      '',
      '&supi=imsi-001010000000001',
      '&gpsi=msisdn-12345&supported-features=1F',
    ])
      expect(await client.check(`?pei=${pei}${rest}`)).toMatchObject({
        status: 200,
        json: { status },
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      })
  })

  test.each([
    'imei-001017010000010',
    'imei-001017010000019', // the right check digit
    'imei-001017010000015', // a wrong one
    'imeisv-0010170100000100',
    'imeisv-0010170100000199',
    '%69mei-001017010000010',
    'imei%2D00101701000001%30',
  ])('A37, L3: %s is the same phone', async (pei) => {
    expect(await statusOf(`?pei=${pei}`)).toBe('BLACKLISTED')
  })

  test('only listed phones are sighted, with their software version', async () => {
    await client.check('?pei=imeisv-0010170100000142')
    await client.check('?pei=imei-001017010000020')
    await client.check('?pei=imei-001017010000030')
    await client.check(`?pei=${UNKNOWN_PEI}`)
    const asker = { peer: '127.0.0.1', country: 'XA', network: '00101' }
    expect(edge.seen).toEqual([
      { imei14: '00101701000001', svn: '42', state: 'stolen', asker },
      { imei14: '00101701000002', svn: null, state: 'held', asker },
    ])
    expect(counters.sums()).toMatchObject({ white: 1, grey: 1, black: 1, unknown: 1, errors: 0 })
  })
})

describe('unknown', () => {
  const others = [
    'mac-00-00-5E-00-53-0a',
    'mac-00-00-5e-00-53-0A-untrusted',
    'eui-02-00-5e-ff-fe-00-53-0a',
  ]

  test.each([UNKNOWN_PEI, ...others])('N6: %s is not found, by name', async (pei) => {
    expect(await client.check(`?pei=${pei}`)).toMatchObject({
      status: 404,
      json: { status: 404, cause: 'ERROR_EQUIPMENT_UNKNOWN' },
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    })
  })

  test.each([
    ['whitelist', 'WHITELISTED', 'unknown_as_white'],
    ['greylist', 'GREYLISTED', 'unknown_as_grey'],
  ] as const)('is the policy %s', async (policy, status, outcome) => {
    await client[Symbol.asyncDispose]()
    await edge.server.close()
    await start(policy)
    for (const pei of [UNKNOWN_PEI, ...others]) expect(await statusOf(`?pei=${pei}`)).toBe(status)
    expect(counters.of(outcome)).toBe(4)
  })
})

describe('errors', () => {
  const long = `?pei=imei-001017010000010&x=${'y'.repeat(2_048)}`
  test.each<readonly [string, string, string, string]>([
    ['N7', '', 'MANDATORY_QUERY_PARAM_MISSING', 'query pei'],
    ['empty', '?pei=', 'MANDATORY_QUERY_PARAM_MISSING', 'query pei'],
    ['an array', '?pei[]=imei-001017010000010', 'MANDATORY_QUERY_PARAM_MISSING', 'query pei'],
    ['N8', '?pei=imeisv-invalid', 'MANDATORY_QUERY_PARAM_INCORRECT', 'query pei'],
    ...[
      'imei-00101701000001',
      'imei-00101701000001000',
      'imei-0010170100000100',
      'imeisv-001017010000010',
      'IMEI-001017010000010',
      'imei-001017010000010%20',
      '%20imei-001017010000010',
      'imei-001017010000010%0A',
      'imei-00101701000001x',
      'imei-%EF%BC%90%EF%BC%90101701000001%30',
      'imei-001017010000010%00',
      'imei-%ZZ1017010000010',
      'mac-00-00-5e-00-53',
      'mac-00-00-5e-00-53-0a-trusted',
      'eui-02-00-5e-ff-fe-00-53',
      'meid-a0000000000001',
      '001017010000010',
    ].map((pei) => [pei, `?pei=${pei}`, 'MANDATORY_QUERY_PARAM_INCORRECT', 'query pei'] as const),
    [
      'twice',
      '?pei=imei-001017010000010&pei=imei-001017010000010',
      'MANDATORY_QUERY_PARAM_INCORRECT',
      'query pei',
    ],
    ...['imsi-x', 'imsi-00101', '', 'imsi-0010100000000011', 'nai-', 'suci-0-001-01'].map(
      (supi) =>
        [
          `N9, N10 supi=${supi}`,
          `?pei=imei-001017010000010&supi=${supi}`,
          'OPTIONAL_QUERY_PARAM_INCORRECT',
          'query supi',
        ] as const,
    ),
    [
      'supi twice',
      '?pei=imei-001017010000010&supi=imsi-001010&supi=imsi-001010',
      'OPTIONAL_QUERY_PARAM_INCORRECT',
      'query supi',
    ],
    [
      'gpsi',
      '?pei=imei-001017010000010&gpsi=msisdn-1',
      'OPTIONAL_QUERY_PARAM_INCORRECT',
      'query gpsi',
    ],
  ])('400 %s', async (_, query, cause, param) => {
    const { status, json, body, headers } = await client.check(query)
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { status: 400, cause, invalidParams: [{ param }] },
    })
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    })
    expect(body).not.toMatch(/0101701|imsi|x{3}/)
  })

  test.each(['imsi-001010', 'imsi-001010000000001', 'nai-somebody@x.example', 'gci-1', 'gli-1'])(
    'N11: supi=%s is fine',
    async (supi) => {
      expect(await statusOf(`?pei=imei-001017010000010&supi=${supi}`)).toBe('BLACKLISTED')
    },
  )

  test('an unknown query parameter is ignored', async () => {
    expect(await statusOf('?foo=bar&pei=imei-001017010000010&foo=baz')).toBe('BLACKLISTED')
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('N13: %s is 405', async (method) => {
    const path = '/n5g-eir-eic/v1/equipment-status?pei=imei-001017010000010'
    const answer = await client.request({ ':method': method, ':path': path })
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } })
  })

  test('CONNECT, which has no path, is no resource', async () => {
    const answer = await client.request({ ':method': 'CONNECT', ':authority': 'x' })
    expect(answer).toMatchObject({ status: 400, json: { cause: 'INVALID_API' } })
    expect(counters.of('invalid')).toBe(1)
  })

  test.each([
    '/n5g-eir-eic/v2/equipment-status?pei=imei-001017010000010',
    '/n5g-eir-eic/v1/other?pei=imei-001017010000010',
    '/n5g-eir-eic/v1/equipment-status/?pei=imei-001017010000010',
    '/5g-eir-eic/v1/equipment-status?pei=imei-001017010000010',
    '/',
  ])('N14, N15: %s is INVALID_API', async (path) => {
    expect(await client.request({ ':path': path })).toMatchObject({
      status: 400,
      json: { status: 400, cause: 'INVALID_API' },
    })
  })

  test('a URI above 2 KiB is 414', async () => {
    expect(await client.check(long)).toMatchObject({ status: 414, json: { status: 414 } })
  })

  test.each([
    ['text/html', 406],
    ['application/json;q=0, */*', 406],
    ['application/problem+json', 406],
    ['application/json', 200],
    ['text/html, application/*;q=0.1', 200],
    ['*/*', 200],
    ['', 200],
    ['application/json,application/problem+json', 200],
    ['application/problem+json , Application/JSON', 200],
    ['application/jsonp', 406],
    ['application/problem+json, application/json;q=0', 406],
    ['application/json, application/json;q=0.0', 406],
  ])('Accept: %s is %i', async (accept, status) => {
    const answer = await client.request({
      ':path': '/n5g-eir-eic/v1/equipment-status?pei=imei-001017010000010',
      accept,
    })
    expect(answer.status).toBe(status)
    if (status === 406) expect(answer.body).toBe('')
  })

  test('before the first verified snapshot there is no verdict', async () => {
    edge.isReady = false
    expect(await client.check('?pei=imei-001017010000010')).toMatchObject({
      status: 500,
      json: { status: 500, cause: 'SYSTEM_FAILURE' },
    })
  })

  test('N12: a fault inside is 500, never a verdict, and silent outside', async () => {
    const { status, json, body } = await client.check('?pei=imei-001017016666660')
    expect({ status, json }).toMatchObject({ status: 500, json: { cause: 'SYSTEM_FAILURE' } })
    expect(body).not.toContain('damaged')
    expect(counters.of('failed')).toBe(1)
  })
})

describe('HTTP/2', () => {
  test('HTTP/1.1 is not served', async () => {
    const { port } = new URL(edge.server.url)
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connectTcp(Number(port), '127.0.0.1')
      socket.on('data', (bytes) => (text += bytes.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(text))
      socket.write('GET /n5g-eir-eic/v1/equipment-status HTTP/1.1\r\nhost: x\r\n\r\n')
    })
    expect(answer).not.toContain('LISTED')
  })

  test('what is asked at the close is answered, then GOAWAY', async () => {
    const asked = Array.from({ length: 50 }, () => statusOf('?pei=imei-001017010000010'))
    await Promise.race(asked)
    const code = new Promise((resolve) => client.session.once('goaway', resolve))
    const closed = edge.server.close()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['BLACKLISTED']))
    expect(await code).toBe(0)
    await closed
  })

  test('a thousand checks in flight balance, answer by answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => statusOf(`?pei=imei-0010170100000${i % 10}0`)),
    )
    const count = (word: string) => answers.filter((answer) => answer === word).length
    const { white, grey, black, unknown, errors } = counters.sums()
    expect([white, grey, black, unknown]).toEqual([
      count('WHITELISTED'),
      count('GREYLISTED'),
      count('BLACKLISTED'),
      answers.filter((answer) => answer === 404).length,
    ])
    expect(errors).toBe(0)
    expect(counters.received).toBe(1_000)
  })
})
