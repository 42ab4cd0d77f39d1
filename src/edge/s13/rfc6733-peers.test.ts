import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CertificateAuthority } from '../../../test/certificates.ts'
import {
  S13Peer,
  encodeBase,
  encodeBaseAnswer,
  encodeCer,
  encodeDpr,
  encodeDwr,
  encodeEcr,
  said,
  type CerOptions,
} from '../../../test/s13-peer.ts'
import { MME, S13Edge } from '../../../test/s13-edge.ts'
import { avp, group, s13Application, text, unsigned32 } from './encode.ts'
import { PeerList, type Peer } from './peers.ts'

const SGSN: Peer = { ...MME, originHost: 'sgsn.Example', realm: 'Example', network: '00102' }
const ELSEWHERE: Peer = { ...MME, originHost: 'far.example', addresses: ['192.0.2.77', '::1'] }

let edge: S13Edge

beforeEach(async () => {
  edge = await S13Edge.start({ peers: [MME, SGSN, ELSEWHERE] })
})
afterEach(async () => {
  expect(edge.peers.isBalanced).toBe(true)
  await edge[Symbol.asyncDispose]()
})

async function exchange(options: CerOptions = {}) {
  const peer = await S13Peer.dial(edge.port)
  const answer = await peer.ask(encodeCer(options))
  return { peer, answer: answer!, result: answer && said(answer).result }
}

describe('A36: who may ask', () => {
  test('a listed peer, and what it is told', async () => {
    const { peer, answer } = await exchange()
    expect(said(answer).result).toBe(2001)
    expect(answer).toMatchObject({ flags: 0, command: 257, hopByHop: 1, endToEnd: 2 })
    const codes = answer.avps.map(({ code }) => code)
    expect(codes).toEqual([268, 264, 296, 257, 266, 269, 278, 265, 260])
    expect(answer.avps[3]!.data).toEqual(Buffer.from([0, 1, 127, 0, 0, 1]))
    expect(edge.server.connected()).toEqual(['mme.example'])
    await peer[Symbol.asyncDispose]()
  })

  test.each<readonly [string, CerOptions]>([
    ['a name that is not listed', { originHost: 'mme2.example' }],
    ['a listed name in another realm', { originRealm: 'other.example' }],
    ['a listed name from another address', { originHost: 'far.example' }],
    ['our own name', { originHost: 'eir.example' }],
    ['a name with more behind it', { originHost: 'mme.example\0' }],
  ])('%s is 3010 and the end; nothing it asks is judged', async (_, options) => {
    const peer = await S13Peer.dial(edge.port)
    peer.send(encodeCer(options), encodeEcr())
    const answer = (await peer.next())!
    expect(said(answer).result).toBe(3010)
    expect(answer.flags).toBe(0x20)
    expect(await peer.next()).toBeNull()
    expect(edge.seen).toEqual([])
    expect([...edge.peers.all().keys()]).toEqual([])
    expect(edge.server.base.of('refused')).toBe(1)
  })

  test('names are compared without case; whose network it is, the list says', async () => {
    const { peer, result } = await exchange({ originHost: 'SGSN.example', originRealm: 'EXAMPLE' })
    expect(result).toBe(2001)
    await peer.ask(encodeEcr())
    const asker = { peer: 'sgsn.example', country: 'XA', network: '00102' }
    expect(edge.seen).toMatchObject([{ state: 'stolen', asker }])
    await peer[Symbol.asyncDispose]()
  })

  test.each<readonly [string, readonly Buffer[], number]>([
    ['S13 in a group', [s13Application()], 2001],
    [
      'S13 in a group, in the other order',
      [avp(260, group(avp(258, unsigned32(16_777_252)), avp(266, unsigned32(10_415))))],
      2001,
    ],
    ['S13 alone', [avp(258, unsigned32(16_777_252))], 2001],
    ['S13 among others', [avp(258, unsigned32(4)), avp(258, unsigned32(16_777_252))], 2001],
    ['a relay', [avp(258, unsigned32(0xffff_ffff))], 2001],
    ['nothing', [], 5010],
    ['S6a alone', [avp(258, unsigned32(16_777_251))], 5010],
    ['S13 for accounting', [avp(259, unsigned32(16_777_252))], 5010],
    ['a number of three bytes', [avp(258, Buffer.alloc(3))], 5010],
    ['a broken group', [avp(260, Buffer.alloc(9))], 5014],
  ])('it announces %s', async (_, applications, expected) => {
    const { peer, answer, result } = await exchange({ applications })
    expect(result).toBe(expected)
    expect(answer.flags).toBe(0)
    if (expected === 2001) expect(said((await peer.ask(encodeEcr()))!).status).toBe(1)
    else expect(await peer.next()).toBeNull()
    await peer[Symbol.asyncDispose]()
  })

  test.each([
    ['Origin-Host', [avp(296, text('example'))], 264],
    ['Origin-Realm', [avp(264, text('mme.example'))], 296],
  ])('without %s: 5005 and the end', async (_, avps, code) => {
    const peer = await S13Peer.dial(edge.port)
    const answer = (await peer.ask(encodeBase(257, avps)))!
    expect(said(answer).result).toBe(5005)
    expect(answer.avps.find((one) => one.code === 279)!.data.readUInt32BE()).toBe(code)
    expect(await peer.next()).toBeNull()
  })

  test.each([
    ['ECR', encodeEcr()],
    ['DWR', encodeDwr()],
    ['DPR', encodeDpr()],
    ['CEA', encodeBase(257, [], 0)],
    ['CER with the E bit', encodeBase(257, [], 0xa0)],
  ])('a first message that is %s ends the connection', async (_, message) => {
    const peer = await S13Peer.dial(edge.port)
    peer.send(message, encodeCer())
    expect(await peer.next()).toBeNull()
    expect(edge.server.base.of('cut')).toBe(1)
    expect(edge.seen).toEqual([])
  })

  test('ten seconds without a capabilities exchange end it', async () => {
    const peer = await S13Peer.dial(edge.port)
    peer.send(encodeCer().subarray(0, 100))
    await expect.poll(() => edge.alarms.lengthsMs, { timeout: 20_000 }).toContain(10_000)
    edge.alarms.pass(9_999)
    peer.send(encodeCer().subarray(100, 101))
    edge.alarms.pass(1)
    expect(await peer.next()).toBeNull()
  })

  test('before a verified snapshot nobody is let in', async () => {
    edge.isReady = false
    const { peer, result } = await exchange()
    expect(result).toBe(5012)
    expect(await peer.next()).toBeNull()
    edge.isReady = true
    const again = await exchange()
    expect(again.result).toBe(2001)
    await again.peer[Symbol.asyncDispose]()
  })

  test('a mistake of ours ends one connection, and no other', async () => {
    let isBroken = false
    await edge[Symbol.asyncDispose]()
    edge = await S13Edge.start({
      isReady: () => {
        if (isBroken) throw new Error('injected')
        return true
      },
    })
    const { peer } = await exchange()
    isBroken = true
    const other = await S13Peer.dial(edge.port)
    expect(await other.ask(encodeCer())).toBeNull()
    expect(said((await peer.ask(encodeEcr()))!).status).toBe(1)
    await peer[Symbol.asyncDispose]()
  })

  test('A72: strangers who say nothing cannot keep a peer out', async () => {
    const strangers = await Promise.all(Array.from({ length: 300 }, () => S13Peer.dial(edge.port)))
    const { peer, result } = await exchange()
    expect(result).toBe(2001)
    await Promise.all(strangers.slice(0, 44).map(({ closed }) => closed))
    expect(said((await peer.ask(encodeEcr()))!).status).toBe(1)
    for (const stranger of strangers) await stranger[Symbol.asyncDispose]()
    await peer[Symbol.asyncDispose]()
  })

  test('A72: a crowd from elsewhere displaces itself, and nobody who dials from where a peer may', async () => {
    const waiting = await S13Peer.dial(edge.port)
    const crowd = []
    for (let i = 0; i < 300; i++)
      crowd.push(await S13Peer.dial(edge.port, { localAddress: '127.0.0.9' }))
    await Promise.all(crowd.slice(0, 44).map(({ closed }) => closed))
    expect(said((await waiting.ask(encodeCer()))!).result).toBe(2001)
    expect(said((await waiting.ask(encodeEcr()))!).status).toBe(1)
    expect(edge.server.base.of('displaced')).toBe(44)
    for (const one of [waiting, ...crowd]) await one[Symbol.asyncDispose]()
  })

  test.each<readonly [string, Peer]>([
    ['listed twice', { ...MME, originHost: 'MME.example' }],
    ['without an address', { ...SGSN, addresses: [] }],
    ['with an address that is none', { ...SGSN, addresses: ['192.0.2'] }],
    ['with a TLS name where no TLS is spoken', { ...SGSN, tlsName: 'sgsn.example' }],
    ['without a name', { ...SGSN, originHost: '' }],
  ])('a peer %s is a wrong setting', async (_, peer) => {
    await expect(S13Edge.start({ peers: [MME, peer] })).rejects.toMatchObject({ code: 'config' })
  })
})

describe('a source address', () => {
  const claim = { originHost: 'far.example', originRealm: 'example' }
  const from = (remoteAddress: string) =>
    new PeerList([ELSEWHERE], false).recognise(claim, { remoteAddress } as Socket)

  test.each(['192.0.2.77', '::ffff:192.0.2.77', '::1', '0:0:0:0:0:0:0:1'])('%s', (address) => {
    expect(from(address)).toMatchObject({ originHost: 'far.example' })
  })
  test.each(['192.0.2.78', '::ffff:192.0.2.78', '::2', 'fe80::1%eth0', '', 'x'])(
    '%j is not listed',
    (address) => {
      expect(from(address)).toBe('address')
    },
  )
})

describe('an announcement in an open connection', () => {
  test('as itself is answered', async () => {
    const { peer } = await exchange()
    expect(said((await peer.ask(encodeCer()))!).result).toBe(2001)
    expect(said((await peer.ask(encodeEcr()))!).status).toBe(1)
    await peer[Symbol.asyncDispose]()
  })

  test('A36: as somebody else ends it', async () => {
    const { peer } = await exchange()
    const answer = await peer.ask(encodeCer({ originHost: 'sgsn.example' }))
    expect(said(answer!).result).toBe(3010)
    expect(await peer.next()).toBeNull()
    expect(edge.server.connected()).toEqual([])
  })
})

describe('a second connection of an open peer', () => {
  test('is refused while the first answers', async () => {
    const { peer: first } = await exchange()
    const second = await S13Peer.dial(edge.port)
    second.send(encodeCer())
    const probe = (await first.next())!
    expect(probe).toMatchObject({ flags: 0x80, command: 280 })
    first.send(encodeBaseAnswer(probe))
    expect(said((await second.next())!).result).toBe(4003)
    expect(await second.next()).toBeNull()
    expect(said((await first.ask(encodeEcr()))!).status).toBe(1)
    await first[Symbol.asyncDispose]()
  })

  test('takes its place when the first is silent', async () => {
    const { peer: first } = await exchange()
    const second = await S13Peer.dial(edge.port)
    second.send(encodeCer())
    await first.next()
    edge.alarms.pass(5_000)
    expect(said((await second.next())!).result).toBe(2001)
    expect(await first.next()).toBeNull()
    expect(said((await second.ask(encodeEcr()))!).status).toBe(1)
    expect(edge.server.connected()).toEqual(['mme.example'])
    await second[Symbol.asyncDispose]()
  })

  test('takes its place when the first goes in between', async () => {
    const { peer: first } = await exchange()
    const second = await S13Peer.dial(edge.port)
    second.send(encodeCer())
    await first.next()
    await first[Symbol.asyncDispose]()
    expect(said((await second.next())!).result).toBe(2001)
    await second[Symbol.asyncDispose]()
  })

  test('takes its place at once when the first has said goodbye', async () => {
    const { peer: first } = await exchange()
    await first.ask(encodeDpr())
    const second = await exchange()
    expect(second.result).toBe(2001)
    await first[Symbol.asyncDispose]()
    expect(edge.server.connected()).toEqual(['mme.example'])
    await second.peer[Symbol.asyncDispose]()
  })

  test('a wrong answer does not count as life', async () => {
    const { peer: first } = await exchange()
    const second = await S13Peer.dial(edge.port)
    second.send(encodeCer())
    const probe = (await first.next())!
    first.send(encodeBaseAnswer({ ...probe, hopByHop: (probe.hopByHop ^ 1) >>> 0 }))
    await expect.poll(() => edge.server.base.of('stray_answers'), { timeout: 20_000 }).toBe(1)
    edge.alarms.pass(5_000)
    expect(said((await second.next())!).result).toBe(2001)
    await second[Symbol.asyncDispose]()
  })

  test('a third one meanwhile is refused, and a check before the answer ends the second', async () => {
    const { peer: first } = await exchange()
    const second = await S13Peer.dial(edge.port)
    second.send(encodeCer())
    await first.next()
    const third = await exchange()
    expect(third.result).toBe(4003)
    expect(said((await second.ask(encodeDwr()))!).result).toBe(2001)
    expect(await second.ask(encodeEcr())).toBeNull()
    edge.alarms.pass(5_000)
    expect(said((await first.ask(encodeEcr()))!).status).toBe(1)
    await first[Symbol.asyncDispose]()
  })
})

describe('A36: TLS', () => {
  const authority = new CertificateAuthority('Example CA')
  const ca = authority.cert
  const own = { ...authority.certify('eir.example'), ca }
  const listed: Peer = { ...MME, tlsName: 'mme.example', addresses: [] }

  async function start(): Promise<void> {
    await edge[Symbol.asyncDispose]()
    edge = await S13Edge.start({ tls: own, peers: [listed] })
  }
  const dial = (certified: object) =>
    S13Peer.dialTls(edge.port, { ca, servername: 'eir.example', ...certified })

  test('a certificate that names the peer', async () => {
    await start()
    const mme = await dial(authority.certify('mme.example'))
    expect(said((await mme.ask(encodeCer()))!).result).toBe(2001)
    expect(said((await mme.ask(encodeEcr()))!).status).toBe(1)
    await mme[Symbol.asyncDispose]()
  })

  test('many checks at once, each with its own answer', async () => {
    await start()
    const mme = await dial(authority.certify('mme.example'))
    await mme.ask(encodeCer())
    const asked = 5_000
    for (let i = 0; i < asked; i += 500)
      mme.send(...Array.from({ length: 500 }, (_, j) => encodeEcr({ session: `s${i + j}` })))
    for (let i = 0; i < asked; i++) expect((await mme.next())!.avps[0]!.data).toEqual(text(`s${i}`))
    await mme[Symbol.asyncDispose]()
  })

  test.each(['sgsn.example', '*.example', 'mme.example.org'])(
    'a certificate for %s is 3010',
    async (name) => {
      await start()
      const mme = await dial(authority.certify(name))
      expect(said((await mme.ask(encodeCer()))!).result).toBe(3010)
      expect(await mme.next()).toBeNull()
    },
  )

  test.each([
    ['no certificate', {}],
    [
      'a certificate of another authority',
      new CertificateAuthority('Other').certify('mme.example'),
    ],
  ])('%s is no connection', async (_, certified) => {
    await start()
    const socket = connectTls({
      port: edge.port,
      host: '127.0.0.1',
      ca,
      servername: 'eir.example',
      ...certified,
    })
    socket.on('error', () => undefined)
    const mme = new S13Peer(socket)
    mme.send(encodeCer())
    expect(await mme.next()).toBeNull()
    expect(edge.server.connected()).toEqual([])
  })

  test('plain TCP is not served there', async () => {
    await start()
    const mme = await S13Peer.dial(edge.port)
    expect(await mme.ask(encodeCer()).catch(() => null)).toBeNull()
  })

  test('a peer without a TLS name is a wrong setting', async () => {
    await expect(S13Edge.start({ tls: own, peers: [MME] })).rejects.toMatchObject({
      code: 'config',
    })
  })
})
