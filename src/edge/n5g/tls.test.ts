import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CertificateAuthority } from '../../../test/certificates.ts'
import { N5gClient } from '../../../test/n5g-client.ts'
import { N5gEdge, STOLEN } from '../../../test/n5g-edge.ts'
import { certifiedName } from './peer-name.ts'

const operator = new CertificateAuthority('ca.example')
const stranger = new CertificateAuthority('ca.example')
const server = operator.certify('eir.example')
const trusting = { ca: operator.cert, servername: 'eir.example' }

let edge: N5gEdge
beforeAll(async () => {
  edge = await N5gEdge.start({ tls: { ...server, clientCa: operator.cert } })
})
afterAll(async () => {
  expect(edge.counters.isBalanced).toBe(true)
  await edge[Symbol.asyncDispose]()
})

async function status(options: ConnectionOptions): Promise<unknown> {
  const client = new N5gClient(edge.server.url, { ...trusting, ...options })
  try {
    return (await client.check(STOLEN)).json['status']
  } finally {
    client.session.destroy()
  }
}

/** What a TLS client is told, without HTTP/2: the protocol agreed on, or that there is none. */
function handshake(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const { port } = edge
    const socket = connectTls({ host: '127.0.0.1', port, ...trusting, ...options })
    let seen = 'refused'
    socket.on('secureConnect', () => (seen = `${socket.getProtocol()} ${socket.alpnProtocol}`))
    socket.on('data', () => resolve(seen)) // the server's SETTINGS: it speaks HTTP/2 with us
    socket.on('error', () => resolve('refused'))
    socket.on('close', () => resolve('refused'))
  })
}

describe('mutual TLS', () => {
  test("a peer of the operator's is answered, and named by its certificate", async () => {
    expect(await status(operator.certify('amf.example'))).toBe('BLACKLISTED')
    expect(edge.counters.of('amf.example').of('stolen')).toBe(1)
    expect(edge.seen.at(-1)!.asker).toEqual({
      peer: 'amf.example',
      country: 'XA',
      network: '00101',
    })
    expect([...edge.counters.all().keys()]).not.toContain('127.0.0.1')
  })

  test.each<readonly [string, ConnectionOptions]>([
    ['no certificate', {}],
    ['a certificate of somebody else', stranger.certify('amf.example')],
  ])('%s: no connection, and no word about a phone', async (_, options) => {
    const { accepted } = edge.server.sessions
    expect(await status(options).catch(() => undefined)).toBeUndefined()
    expect(edge.server.sessions.accepted).toBe(accepted)
  })

  test('HTTP/2 is agreed on by ALPN, or nothing is said', async () => {
    const amf = operator.certify('amf.example')
    expect(await handshake({ ...amf, ALPNProtocols: ['h2'] })).toBe('TLSv1.3 h2')
    expect(await handshake({ ...amf, ALPNProtocols: ['http/1.1', 'h2'] })).toBe('TLSv1.3 h2')
    expect(await handshake({ ...amf, ALPNProtocols: ['http/1.1'] })).toBe('refused')
    expect(await handshake({ ...amf })).toBe('refused')
  })

  test('TLS 1.2 is spoken, 1.1 is not (TS 33.210)', async () => {
    const h2 = { ...operator.certify('amf.example'), ALPNProtocols: ['h2'] }
    expect(await handshake({ ...h2, maxVersion: 'TLSv1.2' })).toBe('TLSv1.2 h2')
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const
    expect(await handshake({ ...h2, ...old })).toBe('refused')
  })
})

test('TLS without client certificates: the address is the name', async () => {
  await using open = await N5gEdge.start({ tls: { ...server, clientCa: null } })
  const client = new N5gClient(open.server.url, trusting)
  expect(await client.check(STOLEN)).toMatchObject({ json: { status: 'BLACKLISTED' } })
  expect(open.counters.of('127.0.0.1').of('stolen')).toBe(1)
  client.session.destroy()
})

const ID = '2b1d7a04-95c2-4ce7-9a1e-6f1f5b0e8a21'

test.each<readonly [string | undefined, string, string | null]>([
  ['DNS:amf.example', 'C=XA\nCN=other', 'amf.example'],
  [`DNS:amf.example, URI:urn:uuid:${ID.toUpperCase()}`, 'CN=other', ID],
  ['IP Address:127.0.0.1', 'O=x\nCN=amf-1.example', 'amf-1.example'],
  [undefined, 'CN=amf', 'amf'],
  [undefined, 'O=x', null],
  [undefined, 'CN=a"} b', null],
  ['DNS:"evil\\u0022, DNS:amf.example"', 'CN=x', 'x'],
])('%s and %s name %s', (subjectAltName, subject, name) => {
  expect(certifiedName({ subjectAltName, subject })).toBe(name)
})
