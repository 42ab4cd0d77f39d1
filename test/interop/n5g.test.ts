import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { benchN5g } from '../../src/cli/bench/n5g.ts'
import { h2load } from '../../src/cli/bench/h2load.ts'
import { nodeLoad } from '../../src/cli/bench/node-load.ts'
import { startN5gServer } from '../../src/cli/bench/n5g-server.ts'
import { CertificateAuthority } from '../certificates.ts'
import { freePorts } from '../../src/cli/free-ports.ts'
import { N5gEdge, PATH, STOLEN } from '../n5g-edge.ts'
import { openFiles } from '../many-sockets.ts'
import { RawConnection } from '../raw-h2.ts'
import { missing } from './programs.ts'

const absent = missing('curl', 'h2load', 'nghttpx')

const ca = new CertificateAuthority('ca.example')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-n5g-'))
  await write('ca.pem', ca.cert)
  for (const name of ['localhost', 'amf.example']) {
    const { key, cert } = ca.certify(name)
    await write(`${name}.key`, key)
    await write(`${name}.pem`, cert)
  }
})
afterAll(() => rm(folder, { recursive: true }))

const file = (name: string) => join(folder, name)
const write = (name: string, text: string) => writeFile(file(name), text)

interface Curled {
  readonly code: number
  readonly body: string
  /** Version and status, as curl saw them. */
  readonly seen: string
}

function curl(...args: readonly string[]): Promise<Curled> {
  const seen = ['-w', '\n%{http_version} %{http_code} %{content_type}']
  return new Promise((resolve) => {
    execFile('curl', ['-sS', '-g', ...seen, ...args], (error, stdout) => {
      const at = stdout.lastIndexOf('\n')
      const code = typeof error?.code === 'number' ? error.code : 0
      resolve({ code, body: stdout.slice(0, at), seen: stdout.slice(at + 1) })
    })
  })
}

const PRIOR = '--http2-prior-knowledge'
const BLACK = { code: 0, body: '{"status":"BLACKLISTED"}', seen: '2 200 application/json' }

describe.skipIf(absent !== undefined)(
  `N5g-eir with curl, nghttpx and h2load ${absent ?? ''}`,
  () => {
    let edge: N5gEdge
    afterEach(async () => {
      expect(edge.counters.isBalanced).toBe(true)
      await edge.server.close()
    })

    test('curl by prior knowledge: verdicts, errors, methods', async () => {
      edge = await N5gEdge.start()
      const url = edge.server.url + PATH
      expect(await curl(PRIOR, url + STOLEN)).toEqual(BLACK)
      expect(await curl(PRIOR, `${url}?pei=imeisv-0010170100000199`)).toEqual(BLACK) // A37
      expect(await curl(PRIOR, `${url}?pei=imei-001017010000990`)).toMatchObject({
        seen: '2 404 application/problem+json',
        body: expect.stringContaining('"cause":"ERROR_EQUIPMENT_UNKNOWN"') as string,
      })
      expect(await curl(PRIOR, url)).toMatchObject({ seen: '2 400 application/problem+json' })
      expect(await curl(PRIOR, '-d', 'x', url + STOLEN)).toMatchObject({
        code: 0,
        seen: '2 405 application/problem+json',
      })
      expect(await curl(PRIOR, '-I', url + STOLEN)).toMatchObject({ code: 0 })
      expect(await curl(PRIOR, '-H', 'accept: text/html', url + STOLEN)).toMatchObject({
        seen: '2 406 ',
        body: '',
      })
    })

    test('HTTP/1.1 and an upgrade to h2c are not served', async () => {
      edge = await N5gEdge.start()
      for (const version of ['--http1.1', '--http2']) {
        const { code, body } = await curl(version, edge.server.url + PATH + STOLEN)
        expect(code).not.toBe(0)
        expect(body).not.toContain('LISTED')
      }
    })

    test('curl over our own TLS, with and without the certificate of an AMF', async () => {
      const { key, cert } = ca.certify('localhost')
      edge = await N5gEdge.start({ tls: { key, cert, clientCa: ca.cert } })
      const url = `https://localhost:${edge.port}${PATH}${STOLEN}`
      const trusting = ['--http2', '--cacert', file('ca.pem'), '-4', url]
      const own = ['--key', file('amf.example.key'), '--cert', file('amf.example.pem')]
      expect(await curl(...own, ...trusting)).toEqual(BLACK)
      expect(edge.counters.of('amf.example').of('stolen')).toBe(1)
      const refused = await curl(...trusting)
      expect(refused.code).not.toBe(0)
      expect(refused.body).not.toContain('LISTED')
      const old = await curl('--http1.1', ...own, ...trusting.slice(1))
      expect(old.code).not.toBe(0)
      expect(edge.counters.of('amf.example').received).toBe(1)
    })

    test('curl over TLS through nghttpx, which asks us by prior knowledge', async () => {
      edge = await N5gEdge.start()
      const [port] = await freePorts(1)
      const proxy = spawn('nghttpx', [
        '--conf=/dev/null',
        `-f127.0.0.1,${port}`,
        `-b127.0.0.1,${edge.port};;proto=h2`,
        file('localhost.key'),
        file('localhost.pem'),
      ])
      try {
        await listens(port!)
        const url = `https://localhost:${port}${PATH}${STOLEN}`
        const many = Array.from({ length: 20 }, () =>
          curl('--http2', '-4', '--cacert', file('ca.pem'), url),
        )
        expect(await Promise.all(many)).toEqual(many.map(() => BLACK))
        expect(edge.counters.of('127.0.0.1').of('stolen')).toBe(20)
      } finally {
        await stop(proxy)
      }
    })

    test('h2load: 60,000 checks of many phones are counted answer by answer', async () => {
      edge = await N5gEdge.start({}, 'not-found')
      // Each of 8 connections asks 7,500 times: every question once.
      const kinds = ['000001', '000002', '000003', '000004', '000005', '9'] as const
      const uris = Array.from({ length: 7_500 }, (_, i) => {
        const kind = kinds[i % kinds.length]!
        const serial = kind === '9' ? String(900_000 + i) : kind
        const pei = i % 2 === 0 ? `imei-00101701${serial}0` : `imeisv-00101701${serial}42`
        const bad = i % 100 === 99 ? '&supi=x' : '&supi=imsi-001010000000001'
        return `${edge.server.url}${PATH}?pei=${pei}${bad}`
      })
      const loaded = await h2load({ uris, requests: 60_000, clients: 8, streams: 32 })
      const counters = edge.counters.of('127.0.0.1')
      const asked = (...of: readonly string[]) =>
        8 *
        uris.filter((uri, i) => !uri.endsWith('=x') && of.includes(kinds[i % kinds.length]!)).length
      expect({ ...counters.sums(), received: counters.received }).toEqual({
        received: 60_000,
        white: asked('000003'),
        grey: asked('000002'),
        black: asked('000001', '000004', '000005'),
        unknown: asked('9'),
        errors: 8 * 75,
        local: 0,
        override: 0,
      })
      const refused = asked('9') + 8 * 75
      expect(loaded).toMatchObject({ errored: 0, statuses: [60_000 - refused, 0, refused, 0] })
    })
  },
)

test("Node's client, where there is no h2load, asks as much", async () => {
  await using edge = await N5gEdge.start()
  const uris = [STOLEN, ''].map((query) => edge.server.url + PATH + query)
  const loaded = await nodeLoad({ uris, requests: 2_000, clients: 8, streams: 32 })
  expect(loaded).toMatchObject({ statuses: [1_000, 0, 1_000, 0], errored: 0 })
})

test('the bench counts what it asks', async () => {
  const { rows, isExact } = await benchN5g({ requests: 2_000, rounds: 1 })
  expect(isExact).toBe(true)
  for (const { perSecond } of rows) expect(perSecond).toBeGreaterThan(0)
})

const enoughFiles = openFiles() >= 11_000
const noFiles = enoughFiles ? '' : `(only ${openFiles()} files may be open)`

test.skipIf(!enoughFiles)(
  `ten thousand connections at once are all answered ${noFiles}`,
  async () => {
    const server = await startN5gServer('edge', [])
    const all: RawConnection[] = []
    while (all.length < 10_000)
      all.push(
        ...(await Promise.all(Array.from({ length: 250 }, () => RawConnection.open(server.port)))),
      )
    for (const connection of all) connection.get(`${PATH}?pei=imei-001000000000000`)
    await expect
      .poll(() => all.filter((one) => one.has('BLACKLISTED')).length, { timeout: 60_000 })
      .toBe(10_000)
    for (const connection of all) connection.close()
    expect(await server.stop()).toMatchObject({ received: 10_000, black: 10_000, isBalanced: true })
  },
)

test('connections beyond the open files there may be are turned away, and the others answered', async () => {
  const server = await startN5gServer('edge', ['bash', '-c', 'ulimit -n 400; exec "$0" "$@"'])
  const first = await RawConnection.open(server.port)
  const crowd = await Promise.all(
    Array.from({ length: 800 }, () => RawConnection.open(server.port).catch(() => null)),
  )
  first.get(`${PATH}?pei=imei-001000000000000`)
  await expect.poll(() => first.has('BLACKLISTED'), { timeout: 30_000 }).toBe(true)
  for (const connection of [first, ...crowd]) connection?.close()
  await expect
    .poll(
      async () => {
        const next = await RawConnection.open(server.port)
        next.get(`${PATH}?pei=imei-001000000000000`)
        await new Promise((resolve) => setTimeout(resolve, 100))
        next.close()
        return next.has('BLACKLISTED')
      },
      { timeout: 30_000 },
    )
    .toBe(true)
  expect(await server.stop()).toMatchObject({ isBalanced: true })
})

async function listens(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await gone
}
