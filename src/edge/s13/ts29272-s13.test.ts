import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  S13Peer,
  decodeAvps,
  encodeBase,
  encodeEcr,
  said,
  type Asked,
  type Message,
} from '../../../test/s13-peer.ts'
import { DAMAGED, S13Edge } from '../../../test/s13-edge.ts'
import { Refusal } from '../../core/index.ts'
import { avp, avp3gpp, encodeAvp, group, text, unsigned32 } from './encode.ts'

let edge: S13Edge
let mme: S13Peer

beforeEach(async () => {
  edge = await S13Edge.start()
  mme = await S13Peer.open(edge.port)
})
afterEach(async () => {
  expect(edge.peers.isBalanced).toBe(true)
  await mme[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

async function ask(asked: Asked = {}): Promise<Message> {
  const answer = await mme.ask(encodeEcr(asked))
  if (!answer) throw new Error('no answer')
  return answer
}
const codes = (message: Message) => message.avps.map(({ code }) => code)
/** What Failed-AVP holds. */
function failed({ avps }: Message) {
  const found = avps.filter(({ code }) => code === 279)
  expect(found).toHaveLength(1)
  return decodeAvps(found[0]!.data)
}

describe('verdicts', () => {
  test.each([
    ['00101701000001', 1, 'stolen'],
    ['00101701000002', 2, 'held'],
    ['00101701000003', 0, 'released'],
    ['00101701000004', 1, 'recovered'],
    ['00101701000005', 1, 'retired'],
  ] as const)('%s is Equipment-Status %i: %s', async (imei, status, outcome) => {
    const answer = await ask({ imei })
    expect(said(answer)).toEqual({ result: 2001, experimental: undefined, status })
    expect(codes(answer)).toEqual([263, 260, 268, 277, 264, 296, 1445])
    expect(edge.counters.of(outcome)).toBe(1)
  })

  test.each([
    ['not-found', undefined, 5422, 'unknown'],
    ['whitelist', 0, undefined, 'unknown_as_white'],
    ['greylist', 2, undefined, 'unknown_as_grey'],
  ] as const)('unknown under %s', async (policy, status, experimental, outcome) => {
    edge.unknown = policy
    const answer = await ask({ imei: '00101701000099' })
    const result = experimental === undefined ? 2001 : undefined
    expect(said(answer)).toEqual({ result, experimental, status })
    expect(answer.flags).toBe(0x40)
    expect(edge.counters.of(outcome)).toBe(1)
  })

  test('only listed phones are sighted, with who asked by the list of peers', async () => {
    await ask({ imei: '00101701000001', svn: '42' })
    await ask({ imei: '0010170100000299', svn: null })
    await ask({ imei: '00101701000004', svn: 'x1' })
    await ask({ imei: '00101701000003' })
    await ask({ imei: '00101701000099' })
    const asker = { peer: 'mme.example', country: 'XA', network: '00101' }
    expect(edge.seen).toEqual([
      { imei14: '00101701000001', svn: '42', state: 'stolen', asker },
      { imei14: '00101701000002', svn: '99', state: 'held', asker },
      { imei14: '00101701000004', svn: null, state: 'recovered', asker },
    ])
    expect(edge.counters.sums()).toMatchObject({ white: 1, grey: 1, black: 2, unknown: 1 })
  })
})

describe('T1, A37: one phone in every spelling', () => {
  test.each([
    ['00101701000001', '01'],
    ['00101701000001', null],
    ['001017010000010', null],
    ['001017010000019', null],
    ['001017010000015', '77'],
    ['0010170100000199', null],
    ['0010170100000100', 'bad value'],
  ])('IMEI %s, Software-Version %s is BLACKLISTED', async (imei, svn) => {
    expect(said(await ask({ imei, svn }))).toMatchObject({ result: 2001, status: 1 })
  })

  test.each([
    '0010170100000',
    '00101701000001000',
    '0010170100000x',
    '00101701-000001',
    ' 0010170100000',
    '0010170100000１',
    'imei-00101701000001',
    '0010170100000\0',
    '',
  ])('IMEI %j is 5004, with the offender inside its group', async (imei) => {
    const answer = await ask({ imei })
    expect(said(answer)).toEqual({ result: 5004, experimental: undefined, status: undefined })
    expect(answer.flags).toBe(0x40)
    const [terminal] = failed(answer)
    expect(terminal).toMatchObject({ code: 1401, vendor: 10_415, flags: 0xc0 })
    expect(decodeAvps(terminal!.data)).toMatchObject([
      { code: 1402, vendor: 10_415, flags: 0xc0, data: text(imei) },
    ])
    expect(edge.counters.of('invalid')).toBe(1)
  })
})

describe('User-Name', () => {
  test.each([null, '001010', '001010000000001'])('%s is fine', async (imsi) => {
    expect(said(await ask({ imsi }))).toMatchObject({ result: 2001, status: 1 })
  })

  test.each(['', '00101', '0010100000000011', 'x01010000000001', '00101000000000١'])(
    '%j is 5004',
    async (imsi) => {
      const answer = await ask({ imsi })
      expect(said(answer)).toMatchObject({ result: 5004, status: undefined })
      expect(failed(answer)).toMatchObject([{ code: 1, data: text(imsi) }])
    },
  )
})

describe('what may be absent, and what not', () => {
  test('no Terminal-Information is 5005', async () => {
    const answer = await mme.ask(
      encodeBaseEcr([avp(263, text('mme.example;1')), avp(283, text('example'))]),
    )
    expect(said(answer!)).toMatchObject({ result: 5005, status: undefined })
    expect(failed(answer!)).toMatchObject([{ code: 1401, vendor: 10_415, data: Buffer.alloc(0) }])
  })

  test('no IMEI in it is 5005', async () => {
    const answer = await ask({ imei: null })
    expect(said(answer)).toMatchObject({ result: 5005, status: undefined })
    const [terminal] = failed(answer)
    expect(decodeAvps(terminal!.data)).toMatchObject([{ code: 1402, data: Buffer.alloc(14) }])
  })

  test('a request that names nobody but a phone gets a verdict', async () => {
    const terminal = avp3gpp(1401, avp3gpp(1402, text('00101701000001')))
    const answer = await mme.ask(encodeBaseEcr([terminal]))
    expect(said(answer!)).toMatchObject({ result: 2001, status: 1 })
    expect(codes(answer!)).not.toContain(263)
  })

  test('a group may come without its last padding', async () => {
    const terminal = avp3gpp(1401, avp3gpp(1402, text('001017010000010')).subarray(0, 12 + 15))
    const answer = await mme.ask(encodeBaseEcr([terminal]))
    expect(said(answer!)).toMatchObject({ result: 2001, status: 1 })
  })

  test.each([
    ['Session-Id', avp(263, text('another')), 263],
    ['User-Name', avp(1, text('001010000000002')), 1],
    ['Destination-Realm', avp(283, text('example')), 283],
    ['Terminal-Information', avp3gpp(1401, avp3gpp(1402, text('00101701000003'))), 1401],
  ])('%s twice is 5009: the wrong one could be judged', async (_, extra, code) => {
    const answer = await ask({ extra: [extra] })
    expect(said(answer)).toMatchObject({ result: 5009, status: undefined })
    expect(failed(answer)).toMatchObject([{ code }])
  })

  test('IMEI twice is 5009', async () => {
    const imei = avp3gpp(1402, text('00101701000003'))
    const answer = await mme.ask(encodeBaseEcr([avp3gpp(1401, group(imei, imei))]))
    expect(said(answer!)).toMatchObject({ result: 5009, status: undefined })
    expect(failed(answer!)).toMatchObject([{ code: 1401 }])
  })
})

describe('AVPs nobody knows', () => {
  const unknown = { code: 40_000, vendor: 99_999 }

  test('with M: 5001 and the AVP', async () => {
    const answer = await ask({ extra: [encodeAvp({ ...unknown, flags: 0xc0 }, text('abc'))] })
    expect(said(answer)).toMatchObject({ result: 5001, status: undefined })
    expect(failed(answer)).toMatchObject([{ ...unknown, flags: 0xc0, data: text('abc') }])
  })

  test('with M inside Terminal-Information: 5001 and the AVP in its group', async () => {
    const inner = encodeAvp({ ...unknown, flags: 0xc0 }, text('abc'))
    const terminal = avp3gpp(1401, group(avp3gpp(1402, text('00101701000001')), inner))
    const answer = await mme.ask(encodeBaseEcr([terminal]))
    expect(said(answer!)).toMatchObject({ result: 5001 })
    expect(decodeAvps(failed(answer!)[0]!.data)).toMatchObject([unknown])
  })

  test('without M, or known and of no use: passed over', async () => {
    const extra = [
      encodeAvp({ ...unknown, flags: 0x80 }, text('abc')),
      avp(301, unsigned32(5), 0),
      avp(621, Buffer.alloc(0), 0),
      encodeAvp({ code: 628, vendor: 10_415, flags: 0x80 }, Buffer.alloc(0)),
      encodeAvp({ code: 1471, vendor: 10_415, flags: 0xc0 }, Buffer.alloc(7)),
      avp(282, text('dra.example')),
      avp(282, text('dra.other.example')),
    ]
    const answer = await ask({ extra })
    expect(said(answer)).toMatchObject({ result: 2001, status: 1 })
    expect(codes(answer)).not.toContain(282)
  })

  test('a vendor of 0 is the IETF', async () => {
    const extra = [encodeAvp({ code: 282, vendor: 0, flags: 0xc0 }, text('dra.example'))]
    expect(said(await ask({ extra }))).toMatchObject({ result: 2001 })
  })
})

describe('protocol errors', () => {
  test.each<readonly [string, Asked, number]>([
    ['another realm', { realm: 'other.example' }, 3003],
    ['an empty realm', { realm: '' }, 3003],
    ['another host', { host: 'eir2.example' }, 3002],
    ['another application', { application: 16_777_251 }, 3007],
    ['a relayed application', { application: 0xffff_ffff }, 3007],
    ['an ECR of the base', { application: 0 }, 3001],
    ['another command of S13', { command: 323 }, 3001],
    ['a request with the E bit', { flags: 0xe0 }, 3008],
  ])('%s is answered with E: %s', async (_, asked, result) => {
    const extra = [avp(284, group(avp(280, text('dra.example')), avp(33, Buffer.from([7]))))]
    const answer = await ask({ ...asked, extra })
    expect(said(answer)).toEqual({ result, experimental: undefined, status: undefined })
    expect(answer).toMatchObject({ flags: 0x60, hopByHop: 0x11, endToEnd: 0x22 })
    expect(answer.command).toBe(asked.command ?? 324)
    expect(answer.application).toBe(asked.application ?? 16_777_252)
    expect(codes(answer)).toEqual([263, 268, 264, 296, 284])
  })

  test('a command of the base that no register serves is 3001', async () => {
    const answer = await mme.ask(encodeBase(275, []))
    expect(said(answer!)).toMatchObject({ result: 3001 })
    expect(answer!.flags).toBe(0x20)
  })

  test('names are compared without case', async () => {
    expect(said(await ask({ realm: 'EXAMPLE', host: 'Eir.Example' }))).toMatchObject({ status: 1 })
  })

  test('whose realm it is comes before what is wrong with it', async () => {
    expect(said(await ask({ realm: 'other.example', imei: 'x' }))).toMatchObject({ result: 3003 })
  })
})

describe('without a verdict', () => {
  test('5012 before the first verified snapshot', async () => {
    edge.isReady = false
    const answer = await ask()
    expect(said(answer)).toEqual({ result: 5012, experimental: undefined, status: undefined })
    expect(answer.flags).toBe(0x40)
    expect(edge.counters.of('failed')).toBe(1)
  })

  test('5012 after a fault inside, silent outside', async () => {
    const answer = await ask({ imei: DAMAGED })
    expect(said(answer)).toMatchObject({ result: 5012, status: undefined })
    expect(answer.bytes.toString('latin1')).not.toContain('damaged')
    expect(edge.counters.of('failed')).toBe(1)
  })

  test('3004 when the judge is too busy', async () => {
    await mme[Symbol.asyncDispose]()
    await edge[Symbol.asyncDispose]()
    edge = await S13Edge.start({
      judge: () => {
        throw new Refusal('rate-limited', 'too many checks')
      },
    })
    mme = await S13Peer.open(edge.port)
    const answer = await ask()
    expect(said(answer)).toMatchObject({ result: 3004, status: undefined })
    expect(answer.flags).toBe(0x60)
    expect(edge.counters.of('overloaded')).toBe(1)
  })
})

describe('what is copied', () => {
  test('both identifiers, the P bit; T is not: a repeated request is answered again', async () => {
    for (const [flags, expected] of [
      [0xc0, 0x40],
      [0x80, 0],
      [0xd0, 0x40],
    ] as const) {
      const answer = await ask({ flags, hopByHop: 0xfedc_ba98 })
      expect(answer).toMatchObject({ flags: expected, hopByHop: 0xfedc_ba98, endToEnd: 0x22 })
      expect(said(answer)).toMatchObject({ status: 1 })
    }
    expect(edge.counters.received).toBe(3)
  })

  test.each([
    ['a verdict', {}],
    ['an error', { imei: 'x' }],
    ['a protocol error', { realm: 'other.example' }],
  ])('Proxy-Info twice, verbatim and in order, in %s', async (_, asked) => {
    const proxy = (host: string, state: string) =>
      avp(284, group(avp(280, text(host)), avp(33, text(state))))
    const proxies = [proxy('b.example', 'state of b'), proxy('a.example', 'x')]
    const answer = await ask({ ...asked, extra: proxies })
    const copied = answer.avps.filter(({ code }) => code === 284).map(({ data }) => avp(284, data))
    expect(copied).toEqual(proxies)
    expect(answer.bytes.subarray(-proxies[1]!.length)).toEqual(proxies[1])
  })

  test.each(['', 'x', 'mme.example;', 'mme.example;1;2;3', 'ö'.repeat(300)])(
    'Session-Id %j comes back first',
    async (session) => {
      const answer = await ask({ session })
      expect(answer.avps[0]).toEqual({ code: 263, vendor: 0, flags: 0x40, data: text(session) })
      expect(said(answer)).toMatchObject({ status: 1 })
    },
  )
})

/** An ECR of just these AVPs. */
function encodeBaseEcr(avps: readonly Buffer[]): Buffer {
  const message = encodeBase(324, avps, 0xc0)
  message.writeUInt32BE(16_777_252, 8)
  return message
}
