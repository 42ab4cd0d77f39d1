import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeLogger } from '../../src/host/index.ts'
import { Alarms } from '../../src/edge/alarms.ts'
import { startNrf } from '../../src/edge/nrf/registration.ts'
import type { ProfileOptions } from '../../src/edge/nrf/profile.ts'
import { AMF_ID, EIR_ID, NRF_ID, TokenIssuer } from '../access-tokens.ts'
import { FakeNrf, type Validate } from '../fake-nrf.ts'
import type { N5gAnswer } from '../n5g-client.ts'
import { DAMAGED, LISTED, N5gEdge, PATH, STOLEN } from '../n5g-edge.ts'
import { OPENAPI_FOLDER, OpenApi } from '../openapi-3gpp.ts'

const why = OPENAPI_FOLDER ? '' : '(OPENAPI_3GPP names no folder with the OpenAPI files)'
const openApi = OPENAPI_FOLDER ? new OpenApi(OPENAPI_FOLDER) : null
const [RELEASE_17, RELEASE_18] = ['TS29511-Rel-17.yaml', 'TS29511-Rel-18.yaml']

const nrf = new TokenIssuer()
const tokens = {
  mode: 'required',
  issuers: [NRF_ID],
  keys: [{ alg: 'ES256', kid: null, key: nrf.publicKey }],
  instanceId: EIR_ID,
} as const

let edge: N5gEdge
afterEach(async () => {
  await edge?.server.close()
})

async function answers(requests: readonly Readonly<Record<string, string>>[]) {
  const client = edge.client()
  const all: N5gAnswer[] = []
  for (const request of requests)
    all.push(await client.request({ ':path': PATH + STOLEN, ...request }))
  client.session.destroy()
  return all
}

function demand(all: readonly N5gAnswer[], ...files: readonly string[]) {
  for (const file of files)
    for (const { status, headers, body } of all) {
      const operation = { file, path: '/equipment-status', method: 'get' }
      openApi!.demandAnswer(operation, { status, type: headers['content-type'], body })
    }
  return new Set(all.map(({ status }) => status))
}

const query = (text: string) => ({ ':path': PATH + text })

describe.skipIf(openApi === null)(`TS 29.511, as its OpenAPI files say ${why}`, () => {
  test('every verdict and every error of a request', async () => {
    edge = await N5gEdge.start()
    const listed = [...LISTED.keys()].map((imei14) => query(`?pei=imei-${imei14}0`))
    const wrong = ['', '?pei=x', `${STOLEN}&supi=x`, `${STOLEN}&gpsi=x`].map(query)
    const other = [query('?pei=imei-001017010000990'), query(`?pei=imei-${DAMAGED}0`)]
    const path = [{ ':path': '/n5g-eir-eic/v2/equipment-status' }, query(`?${'x'.repeat(2_048)}`)]
    const all = await answers([...listed, ...wrong, ...other, ...path])
    expect(demand(all, RELEASE_17, RELEASE_18)).toEqual(new Set([200, 400, 404, 414, 500]))
  })

  test('what Release 18 added: 406 without a body, 403', async () => {
    edge = await N5gEdge.start({ tokens })
    const token = nrf.issue(1_900_000_000, { scope: 'nudm-sdm' })
    const all = await answers([{ accept: 'text/html' }, { authorization: `Bearer ${token}` }])
    expect(demand(all, RELEASE_18)).toEqual(new Set([406, 403]))
    for (const answer of all) expect(() => demand([answer], RELEASE_17)).toThrow('not declared')
  })

  test('401, 429, 503', async () => {
    edge = await N5gEdge.start({ tokens, limits: { perPeerPerSecond: 1, perSecond: 1 } })
    const bearer = (sub: string) => ({
      authorization: `Bearer ${nrf.issue(1_900_000_000, { sub })}`,
    })
    const all = await answers([{}, bearer(AMF_ID), bearer(AMF_ID), bearer(NRF_ID)])
    expect(demand(all, RELEASE_17, RELEASE_18)).toEqual(new Set([401, 200, 429, 503]))
  })

  test('the check can fail', () => {
    const operation = { file: RELEASE_17, path: '/equipment-status', method: 'get' }
    const answer = (status: number, type: string, value: unknown) => () =>
      openApi!.demandAnswer(operation, { status, type, body: JSON.stringify(value) })
    expect(answer(200, 'application/json', { status: 'GREENLISTED' })).toThrow('allowed values')
    expect(answer(200, 'text/plain', { status: 'WHITELISTED' })).toThrow('not declared')
    expect(answer(404, 'application/problem+json', { status: 'x' })).toThrow('integer')
    expect(answer(418, 'application/json', {})).toThrow('not declared')
  })
})

describe.skipIf(openApi === null)(`TS 29.510, as its OpenAPI file says ${why}`, () => {
  const validate: Validate = (schema, body) => {
    const [file, name] =
      schema === 'NFProfile'
        ? ['TS29510_Nnrf_NFManagement.yaml', 'NFProfile']
        : ['TS29571_CommonData.yaml', 'PatchItem']
    openApi!.demand(file!, name!, body)
  }
  const fake = new FakeNrf(validate)
  // Compiled beforehand: that takes seconds, and an NRF so slow is asked a second time.
  beforeAll(() => {
    for (const schema of ['NFProfile', 'PatchItem'] as const)
      expect(() => validate(schema, {})).toThrow()
  })
  afterEach(() => fake.stop())

  const PROFILE: ProfileOptions = {
    instanceId: EIR_ID,
    network: '00101',
    address: '192.0.2.2',
    port: 7777,
    scheme: 'http',
    fqdn: null,
    needsToken: false,
    services: 'nfServices',
    heartBeatSeconds: 10,
  }

  test.each<Partial<ProfileOptions>>([
    {},
    { services: 'nfServiceList', needsToken: true },
    { address: '2001:db8::2', scheme: 'https', fqdn: 'eir.example', network: '001001' },
  ])('a registration, its heartbeat and its end %#', async (more) => {
    await fake.start()
    fake.told.length = 0
    const registration = startNrf({
      url: fake.url,
      tls: null,
      profile: { ...PROFILE, ...more },
      isReady: () => true,
      alarms: new Alarms(makeLogger('test', 'silent')),
      random: (length) => new Uint8Array(length),
      logger: makeLogger('test', 'silent'),
    })
    await expect.poll(() => fake.told.length, { timeout: 10_000 }).toBeGreaterThan(1)
    await registration.close()
    expect([...new Set(fake.told)]).toEqual([
      'PUT REGISTERED 201',
      'PATCH REGISTERED 204',
      'DELETE 204',
    ])
    expect(fake.complaints).toEqual([])
  })

  test('the check can fail', () => {
    const profile = { nfInstanceId: EIR_ID, nfType: '5G_EIR', nfStatus: 'REGISTERED' }
    const demandProfile = (body: object) => () =>
      openApi!.demand('TS29510_Nnrf_NFManagement.yaml', 'NFProfile', body)
    expect(demandProfile({ ...profile, ipv4Addresses: ['192.0.2.2'] })).not.toThrow()
    expect(demandProfile(profile)).toThrow()
    expect(demandProfile({ ...profile, ipv4Addresses: ['x'] })).toThrow()
    expect(demandProfile({ ...profile, fqdn: 'eir.example', nfInstanceId: '1' })).toThrow()
  })

  test('the claims of the tokens that our tests issue are those of TS 29.510', () => {
    const payload = nrf.issue(1_900_000_000).split('.')[1]!
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const demandClaims = (value: unknown) => () =>
      openApi!.demand('TS29510_Nnrf_AccessToken.yaml', 'AccessTokenClaims', value)
    expect(demandClaims(claims)).not.toThrow()
    expect(demandClaims({ ...(claims as object), exp: 'x' })).toThrow()
  })
})
