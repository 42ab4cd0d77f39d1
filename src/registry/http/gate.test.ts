import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, openApi, type Question } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World } from '../../../test/world.ts'
import { coseKey, encodeCbor, toBase64 } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'

const ID = randomUUID()
const KEY = toBase64(encodeCbor(coseKey(generateEs256().signer.key)))
const CASE = { crimeReference: 'GATE/1', why: 'theft', imei: '00101701000001' }

const PROBE = { operator: 'zz.edge-1', register: 'edge-1', asked: 1, missingBlock: 0, overBlock: 0 }

/** Every route that wants to know who asks, and whom it lets in. */
const RUN = `/v1/made-batches/${'0'.repeat(32)}`
type SignedRole = 'officer' | 'operator' | 'recycler' | 'registry' | 'maker' | 'seller'
const SIGNED: readonly (Question & { readonly role: SignedRole })[] = [
  { role: 'officer', path: '/v1/device-codes', body: { code: 'STOLEN-MODE:1:' } },
  { role: 'officer', path: '/v1/cases', body: CASE },
  { role: 'officer', method: 'GET', path: '/v1/cases' },
  { role: 'officer', method: 'GET', path: `/v1/cases/${ID}` },
  { role: 'officer', path: `/v1/cases/${ID}/drafts`, body: { act: 'lock' } },
  { role: 'officer', method: 'GET', path: `/v1/cases/${ID}/drafts` },
  { role: 'officer', method: 'GET', path: `/v1/cases/${ID}/bundles` },
  {
    role: 'officer',
    path: '/v1/batches',
    body: {
      source: 'gate',
      fileHash: '0'.repeat(64),
      kind: 'full',
      rows: 1,
      setAside: 0,
      why: 'theft',
      prefix: null,
      shrinkReason: null,
    },
  },
  { role: 'officer', method: 'GET', path: `/v1/batches/${ID}` },
  {
    role: 'officer',
    path: `/v1/batches/${ID}/rows`,
    body: { rows: [{ row: 1, imei: '00101701000001', claim: 'locked' }] },
  },
  { role: 'officer', path: `/v1/batches/${ID}/completion`, body: {} },
  { role: 'officer', path: `/v1/batches/${ID}/approval`, body: { reason: null } },
  { role: 'officer', method: 'GET', path: `/v1/batches/${ID}/drafts` },
  { role: 'officer', method: 'GET', path: `/v1/cases/${ID}/owner-keys` },
  { role: 'officer', path: `/v1/cases/${ID}/owner-keys`, body: { basis: 'counter', key: KEY } },
  { role: 'officer', path: `/v1/cases/${ID}/claims`, body: { insurer: 'Example', reference: '1' } },
  { role: 'recycler', path: '/v1/retirements', body: { imei: CASE.imei, why: 'recycled' } },
  { role: 'officer', path: '/v1/void-locks', body: {} },
  { role: 'officer', path: '/v1/identities/conflicts', body: { caseId: ID, imei: CASE.imei } },
  {
    role: 'officer',
    path: '/v1/identities/pairs',
    body: { caseId: ID, imei: CASE.imei, imsi: '001010000000001', days: 1 },
  },
  { role: 'officer', path: '/v1/identities/ends', body: { caseId: ID, of: 0 } },
  { role: 'officer', method: 'GET', path: `/v1/cases/${ID}/identities` },
  { role: 'registry', path: '/v1/home', body: { imei: '00101701000001' } },
  { role: 'registry', path: '/v1/certificates', body: { certificates: ['AAAA'] } },
  { role: 'operator', method: 'GET', path: '/v1/snapshot/0' },
  { role: 'operator', method: 'GET', path: '/v1/blacklist' },
  { role: 'operator', method: 'GET', path: '/v1/exceptions' },
  { role: 'maker', method: 'GET', path: '/v1/made-models' },
  {
    role: 'maker',
    path: '/v1/made-batches',
    body: { statement: 'AAAA', model: 'Gate', needsSale: true },
  },
  {
    role: 'maker',
    path: `${RUN}/rows`,
    body: { from: 0, rows: [{ record: 'AAAA', key: 'AAAA' }] },
  },
  { role: 'maker', path: `${RUN}/steps`, body: {} },
  { role: 'maker', method: 'GET', path: `${RUN}/conflicts` },
  { role: 'seller', path: '/v1/sales', body: { sales: ['AAAA'] } },
  { role: 'operator', method: 'GET', path: '/v1/feed' },
  { role: 'operator', path: '/v1/registers/acks', body: { ack: 'AAAA' } },
  { role: 'registry', path: '/v1/registers/probes', body: PROBE },
  { role: 'operator', path: '/v1/sightings', body: { sightings: ['AAAA'] } },
]

/** Open to everybody: the proof stands in the body, or there is nothing to prove. */
const OPEN = [
  'GET /healthz',
  'GET /problems/{code}',
  'GET /log/checkpoint',
  'GET /log/tile/{tile}',
  'POST /v1/log/documents',
  'POST /v1/nonces',
  'POST /v1/enrolments',
  'POST /v1/device-status',
  'POST /v1/activations',
  'POST /v1/device-line',
  'POST /v1/pairings',
  'GET /v1/part-list/{after}',
  'POST /v1/reports',
  'POST /v1/report-status',
  'POST /v1/withdrawals',
  'POST /v1/owner-drafts',
  'POST /v1/owner-keys',
  'POST /v1/owner-key-signatures',
  'POST /v1/owner-bundles',
  'POST /v1/identities/signatures',
  'POST /v1/owner-keys',
  'POST /v1/owner-key-signatures',
  'POST /v1/waits',
  'POST /v1/wait-tickets',
  'POST /v1/wait-confirmations',
  'POST /v1/wait-cancellations',
  'POST /v1/owner-waits',
  'POST /v1/owner-contacts',
  'POST /v1/owner-words',
  'POST /v1/checks',
  'POST /v1/transfer-offers',
  'POST /v1/handovers',
  'POST /v1/transfers',
  'POST /v1/purchases',
  'POST /v1/dispute-answers',
  'GET /v1/registers',
  'POST /v1/signatures',
]

/** All that any of those routes could have written. */
async function rowsIn({ database }: World): Promise<Record<string, unknown>> {
  const tables = [
    'cases',
    'drafts',
    'identity_drafts',
    'batches',
    'made_batches',
    'made_devices',
    'first_sales',
    'sales',
    'sightings',
    'registers',
    'probes',
    'audit',
  ] as const
  const rows: Record<string, unknown> = {}
  for (const table of tables)
    rows[table] = await database.db.selectFrom(table).selectAll().execute()
  return rows
}

describeOnEachEngine("the registry's gate", (open) => {
  test('every route is documented with its refusals, and is open or signed on purpose', async () => {
    await using world = await World.boot({ database: await open() })
    const { openapi, paths } = await openApi(world)
    expect(openapi).toBe('3.1.0')
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => ({
        name: `${method.toUpperCase()} ${path}`,
        route,
      })),
    )
    const routed = world.running.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .map((name) => name.replace('/log/tile/*', '/log/tile/{tile}'))
    expect(new Set(documented.map(({ name }) => name))).toEqual(new Set(routed))
    for (const { name, route } of documented) {
      expect(Object.keys(route.responses), name).toEqual(expect.arrayContaining(['200', '500']))
      const isSigned = route.responses['401'] !== undefined
      expect(isSigned, name).toBe(!OPEN.includes(name))
    }
  })

  test('A98: nobody, a stranger and a wrong role are refused by each signed route, and nothing changes', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const stranger = generateEs256().signer
    const [officer, operator] = [world.founding.officers[0]!, world.founding.operators[0]!]
    const { size } = world.running.context.sequencer.ledger
    const before = await rowsIn(world)
    for (const { role, ...question } of SIGNED) {
      const name = `${question.method ?? 'POST'} ${question.path}`
      const wrong = (role === 'operator' ? officer : operator).signer
      expect(await ask(world, question), name).toMatchObject({ status: 401 })
      expect(await ask(world, { ...question, by: stranger }), name).toMatchObject({ status: 401 })
      const refused = await ask(world, { ...question, by: wrong })
      expect(refused, name).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect(await rowsIn(world)).toEqual(before)
    expect(world.running.context.sequencer.ledger.size).toBe(size)
  })

  test('a signed request opens one thing, once, and soon', async () => {
    await using world = await World.boot({ database: await open() })
    const by = world.founding.officers[0]!.signer
    const key = randomUUID()
    const first = await ask(world, { path: '/v1/cases', body: CASE, by, key })
    expect(first.status).toBe(200)
    // The very bytes again, under the same key and under a fresh one.
    for (const headers of [first.sent, { ...first.sent, 'idempotency-key': randomUUID() }])
      expect(await ask(world, { path: '/v1/cases', body: CASE, headers })).toMatchObject({
        status: 401,
        code: 'unauthenticated',
      })
    const { sent } = await ask(world, { method: 'GET', path: '/v1/cases', by })
    const other = { method: 'GET', path: '/v1/cases?limit=1', headers: sent } as const
    expect(await ask(world, other)).toMatchObject({ code: 'unauthenticated' })
    const otherBody = { ...CASE, why: 'robbery' }
    const moved = { path: '/v1/cases', body: otherBody, headers: first.sent }
    expect(await ask(world, moved)).toMatchObject({ code: 'unauthenticated' })

    const late = await lateRequest(world, by)
    expect(late).toMatchObject({ code: 'unauthenticated' })
    expect((await world.database.db.selectFrom('cases').select('id').execute()).length).toBe(1)
  })

  test('bodies are bounded, of one type, without NUL, and say nothing about the caller', async () => {
    await using world = await World.boot({ database: await open() })
    const by = world.founding.officers[0]!.signer
    // Without a socket, which is closed upon a body nobody wants to read.
    const tooLarge = async (path: string, length: number) => {
      const answer = await world.running.app.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: `{"card":"${'x'.repeat(length)}"}`,
      })
      expect(answer.status, path).toBe(413)
      expect(await answer.json()).toMatchObject({ code: 'too-large' })
    }
    for (const path of ['/v1/reports', '/v1/checks', '/v1/enrolments', '/v1/nonces'])
      await tooLarge(path, 128 * 1024)
    await tooLarge('/v1/signatures', 4 * 1024 * 1024)
    const many = `{"signatures":[${Array(1_000_000).fill('0').join(',')}]}`
    expect(await ask(world, { path: '/v1/signatures', raw: many })).toMatchObject({ status: 400 })
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
      expect(
        await ask(world, {
          path: '/v1/cases',
          body: CASE,
          by,
          headers: { 'content-type': type },
        }),
      ).toMatchObject({ status: 400, code: 'malformed' })
    for (const raw of ['', '{', '[]', 'null', '"x"', '{"crimeReference":1}', '\u0000'])
      expect(await ask(world, { path: '/v1/cases', raw, by })).toMatchObject({ code: 'malformed' })
    const nul = { ...CASE, crimeReference: 'a\u0000b' }
    expect(await ask(world, { path: '/v1/cases', body: nul, by })).toMatchObject({
      status: 400,
      code: 'malformed',
    })
    // What the schema does not know is not heard: role and force come from the certificate.
    const claims = { ...CASE, force: 'zz.other', role: 'national', iss: 'root', state: 'locked' }
    const made = await ask(world, { path: '/v1/cases', body: claims, by })
    expect(made.json).toMatchObject({ force: 'zz.force', state: 'open' })
  })

  test('identifiers and cursors are looked at before any statement', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const officer = world.founding.officers[0]!.signer
    const operator = world.founding.operators[0]!.signer
    const get = (path: string, by = officer) => ask(world, { method: 'GET', path, by })
    const dashes = '-'.repeat(36)
    for (const cursor of [dashes, "' or 1=1 --", '0', `${ID}0`]) {
      const query = `?cursor=${encodeURIComponent(cursor)}`
      expect(await get(`/v1/cases${query}`)).toMatchObject({ status: 400, code: 'bad-cursor' })
      for (const list of ['blacklist', 'exceptions'])
        expect(await get(`/v1/${list}${query}`, operator)).toMatchObject({ code: 'bad-cursor' })
      expect(await get(`/v1/batches/${ID}/drafts${query}`)).toMatchObject({ code: 'bad-cursor' })
    }
    for (const id of [dashes, ID.toUpperCase(), '%00', '..%2f..', "'"]) {
      expect(await get(`/v1/cases/${id}`), id).toMatchObject({ status: 404, code: 'not-found' })
      const drafts = { path: `/v1/cases/${id}/drafts`, body: { act: 'lock' }, by: officer }
      expect(await ask(world, drafts), id).toMatchObject({ code: 'not-found' })
    }
    for (const limit of ['0', '201', '-1', '1.5', 'x', ''])
      expect(await get(`/v1/cases?limit=${limit}`)).toMatchObject({ code: 'malformed' })
    expect(await get('/v1/cases?state=nice')).toMatchObject({ code: 'malformed' })
    for (const chunk of ['-1', '1e3', '9007199254740993', 'x'])
      expect(await get(`/v1/snapshot/${chunk}`, operator)).toMatchObject({ code: 'bad-cursor' })
    expect((await get('/v1/snapshot/9', operator)).json).toMatchObject({ entries: [] })
    for (const path of ['/log/tile/0/../../../etc/passwd', '/log/tile/0/x000', '/v1/nothing'])
      expect((await ask(world, { method: 'GET', path })).status).toBeGreaterThanOrEqual(400)
    const feed = { method: 'GET', path: '/v1/feed', by: operator } as const
    for (const [cursor, code] of [
      ['x', 'bad-cursor'],
      ['-1', 'bad-cursor'],
      ['99999', 'future-cursor'],
    ] as const) {
      const headers = { 'last-event-id': cursor }
      expect(await ask(world, { ...feed, headers })).toMatchObject({ code })
    }
  })
})

/** Signed now, sent when it is too old. */
async function lateRequest(world: World, by: Parameters<typeof ask>[1]['by'] & {}) {
  const { sent } = await ask(world, { method: 'GET', path: '/v1/cases', by })
  const fresh = await ask(world, { method: 'GET', path: '/v1/cases?limit=2', by })
  expect(fresh.status).toBe(200)
  world.advance(301_000)
  return ask(world, { method: 'GET', path: '/v1/cases', headers: sent })
}
