import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  S13Peer,
  decodeAvps,
  decodeMessage,
  encodeBase,
  encodeCer,
  encodeDpr,
  encodeDwr,
  encodeEcr,
  said,
  type Message,
} from '../../../test/s13-peer.ts'
import { MME, S13Edge } from '../../../test/s13-edge.ts'
import { EcaWriter } from './eca.ts'
import { EcrReader } from './ecr.ts'
import { avp, avp3gpp, text } from './encode.ts'
import { Framer } from './framing.ts'
import { Replies } from './replies.ts'

const IDENTITY = { originHost: 'eir.example', originRealm: 'example' }

let edge: S13Edge
let mme: S13Peer

beforeEach(async () => {
  edge = await S13Edge.start({ peers: [MME, { ...MME, originHost: 'sgsn.example' }] })
  mme = await S13Peer.open(edge.port)
})
afterEach(async () => {
  expect(edge.peers.isBalanced).toBe(true)
  await mme[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

describe('reads and messages', () => {
  /** Several lengths, so that padding is met at every place of a read. */
  const stream = Buffer.concat([
    encodeEcr({ session: 'a' }),
    encodeEcr({ session: 'ab', imei: '001017010000020', imsi: '0010100000001' }),
    encodeDwr(),
    encodeEcr({ session: 'abc', imei: '0010170100000399' }),
  ])

  test('a message split at every byte is the same message', () => {
    const cut = (...chunks: readonly Buffer[]) => {
      const framer = new Framer()
      const messages: string[] = []
      for (const chunk of chunks) {
        const unframed = framer.push(chunk, (bytes, start, end) => {
          messages.push(bytes.toString('hex', start, end))
          return true
        })
        expect(unframed).toBeNull()
      }
      return messages
    }
    const whole = cut(stream)
    expect(whole).toHaveLength(4)
    for (let at = 0; at <= stream.length; at++)
      expect(cut(stream.subarray(0, at), stream.subarray(at)), `at ${at}`).toEqual(whole)
    for (const size of [1, 2, 3, 5, 7, 21, 100])
      expect(cut(...chunksOf(stream, size)), `by ${size}`).toEqual(whole)
  })

  test('split at every byte, each answered the same', () => {
    const answersAt = (at: number) => {
      const [framer, replies] = [new Framer(), new Replies()]
      const [ecr, eca] = [new EcrReader(IDENTITY), new EcaWriter(IDENTITY)]
      for (const chunk of [stream.subarray(0, at), stream.subarray(at)])
        framer.push(chunk, (bytes, start, end) => {
          const fault = ecr.read(bytes, start, end)
          if (fault) eca.writeFault(replies, ecr, fault)
          else eca.writeVerdict(replies, ecr, ecr.imei14.endsWith('1') ? 'BLACKLISTED' : null)
          return true
        })
      return replies.take().toString('hex')
    }
    const whole = answersAt(stream.length)
    for (let at = 0; at < stream.length; at++) expect(answersAt(at), `at ${at}`).toBe(whole)
  })

  test('over a socket, byte by byte', async () => {
    const message = encodeEcr()
    for (const chunk of chunksOf(message, 1)) {
      mme.send(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(said((await mme.next())!)).toMatchObject({ status: 1 })
  })

  test('1,000 messages in one write are 1,000 answers, each its own', async () => {
    const messages = Array.from({ length: 1_000 }, (_, i) =>
      encodeEcr({ hopByHop: i, session: `s${i}`, imei: `0010170100000${i % 10}` }),
    )
    mme.send(...messages)
    for (let i = 0; i < 1_000; i++) {
      const answer = (await mme.next())!
      expect(answer.hopByHop).toBe(i)
      expect(answer.avps[0]!.data).toEqual(text(`s${i}`))
      expect(said(answer).status).toBe([undefined, 1, 2, 0, 1, 1][i % 10])
    }
    expect(edge.counters.received).toBe(1_000)
  })

  test('answers to one read leave in one write', async () => {
    let reads = 0
    mme.socket.on('data', () => reads++)
    mme.send(...Array.from({ length: 20 }, () => encodeEcr()))
    for (let i = 0; i < 20; i++) await mme.next()
    expect(reads).toBe(1)
  })
})

describe('A92: lengths', () => {
  const HEADER = 20
  /** The first AVP at `at` in a good ECR claims another length. */
  const claiming = (length: number, at = HEADER) => {
    const message = encodeEcr()
    message.writeUIntBE(length, at + 5, 3)
    return message
  }

  test.each([0, 1, 7, 0xff_ffff, 65_535, 4_000])(
    'an AVP that claims %i bytes is 5014, and the next message is served',
    async (length) => {
      mme.send(claiming(length), encodeEcr())
      const answer = (await mme.next())!
      expect(said(answer)).toMatchObject({ result: 5014, status: undefined })
      expect(failed(answer)).toMatchObject([{ code: 263, data: Buffer.alloc(0) }])
      expect(said((await mme.next())!)).toMatchObject({ status: 1 })
    },
  )

  test.each([8, 11])('with V, %i is too short', async (length) => {
    const at = encodeEcr().indexOf(Buffer.from('00000579c0', 'hex')) // Terminal-Information
    const answer = (await mme.ask(claiming(length, at)))!
    expect(said(answer)).toMatchObject({ result: 5014, status: undefined })
    expect(failed(answer)).toMatchObject([{ code: 1401, vendor: 10_415 }])
  })

  test.each([0, 11, 27, 0xff_ffff])('inside its group %i is 5014, too', async (length) => {
    const imei = avp3gpp(1402, text('00101701000001'))
    imei.writeUIntBE(length, 5, 3)
    const terminal = avp3gpp(1401, imei.subarray(0, 26))
    const answer = (await mme.ask(ecrOf(terminal)))!
    expect(said(answer)).toMatchObject({ result: 5014, status: undefined })
    const [group] = failed(answer)
    expect(decodeAvps(group!.data)).toMatchObject([{ code: 1402, data: Buffer.alloc(0) }])
  })

  test.each([4, 8])('%i bytes at the end that are no AVP are 5014', async (length) => {
    const answer = (await mme.ask(ecrOf(Buffer.alloc(length))))!
    expect(said(answer)).toMatchObject({ result: 5014 })
  })

  test.each<readonly [string, (message: Buffer) => void, number]>([
    ['version 2', (message) => message.writeUInt8(2, 0), 5011],
    ['version 0', (message) => message.writeUInt8(0, 0), 5011],
    ['length 16', (message) => message.writeUIntBE(16, 1, 3), 5015],
    ['length 0', (message) => message.writeUIntBE(0, 1, 3), 5015],
    ['length 65,540', (message) => message.writeUIntBE(65_540, 1, 3), 5015],
    ['length 0xffffff', (message) => message.writeUIntBE(0xff_ffff, 1, 3), 5015],
    ['a length not of fours', (message) => message.writeUIntBE(message.length - 2, 1, 3), 5015],
  ])('%s: %s, then the end, and nothing after it is read', async (_, change, result) => {
    const message = encodeEcr()
    change(message)
    mme.send(encodeEcr(), message, encodeEcr())
    expect(said((await mme.next())!)).toMatchObject({ status: 1 })
    const answer = (await mme.next())!
    expect(said(answer)).toMatchObject({ result, status: undefined })
    expect(answer).toMatchObject({ flags: 0x40, command: 324, hopByHop: 0x11, endToEnd: 0x22 })
    expect(await mme.next()).toBeNull()
    expect(edge.counters.received).toBe(1)
  })

  test('a bad header that is an answer is not answered', async () => {
    const message = encodeEcr({ flags: 0x40 })
    message[0] = 2
    expect(await mme.ask(message)).toBeNull()
  })

  test('64 KiB is a message', async () => {
    const filler = 65_536 - encodeEcr().length - 8
    const message = encodeEcr({ extra: [avp(25, Buffer.alloc(filler))] })
    expect(message).toHaveLength(65_536)
    expect(said((await mme.ask(message))!)).toMatchObject({ status: 1 })
  })
})

describe('A92: a live connection', () => {
  /** Every command, application and flag; whole messages, damaged behind their length. */
  const damaged = fc
    .record({
      of: fc.constantFrom(encodeEcr(), encodeDwr(), encodeCer(), encodeDpr()),
      places: fc.array(fc.tuple(fc.nat({ max: 250 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    })
    .map(({ of, places }) => {
      const message = Buffer.from(of)
      for (const [place, value] of places) message[4 + (place % (message.length - 4))] = value
      return message
    })

  test('meets 5,000 damaged messages; the register lives and its counts balance', async () => {
    const messages = fc.sample(damaged, 5_000)
    for (let i = 0; i < messages.length; i += 10) {
      await using peer = await S13Peer.dial(edge.port)
      peer.send(encodeCer({ originHost: 'sgsn.example' }), ...messages.slice(i, i + 10))
      peer.socket.end()
      while (await peer.next()) continue
    }
    expect(edge.peers.of('sgsn.example').received).toBeGreaterThan(100)
    expect(said((await mme.ask(encodeEcr()))!)).toMatchObject({ status: 1 })
  })
})

describe('A92: fuzz', () => {
  const HEADER_WORDS = 5
  const FUZZED = Number(process.env['FUZZED'] ?? 20_000)
  const [ecr, eca, replies] = [new EcrReader(IDENTITY), new EcaWriter(IDENTITY), new Replies()]

  /** Reads hostile bytes as an ECR at some place of a read; what is answered must be well formed. */
  function serve(message: Buffer, offset: number): void {
    const bytes = Buffer.concat([Buffer.alloc(offset, 0xa5), message, Buffer.alloc(64, 0xa5)])
    const end = offset + message.length
    const fault = ecr.read(bytes, offset, end)
    if (fault) eca.writeFault(replies, ecr, fault)
    else {
      expect(ecr.imei14).toMatch(/^[0-9]{14}$/)
      expect(ecr.svn ?? '00').toMatch(/^[0-9]{2}$/)
      expect(ecr.imsi ?? '001010').toMatch(/^[0-9]{6,15}$/)
      eca.writeVerdict(replies, ecr, 'BLACKLISTED')
    }
    const answer = replies.take()
    expect(answer.length).toBeLessThanOrEqual(message.length + 300)
    const { avps } = decodeMessage(answer)
    for (const { code, data } of avps) if (code === 279) decodeAvps(data)
  }

  test(`${FUZZED} damaged messages: a fault or the verdict, never a crash`, () => {
    const good = [
      encodeEcr(),
      encodeEcr({ extra: [avp(284, avp(280, text('dra.example'))), avp(282, text('x'))] }),
      encodeEcr({ session: null, imei: '001017010000010', host: 'eir.example' }),
    ]
    const damage = fc.record({
      of: fc.nat({ max: good.length - 1 }),
      offset: fc.nat({ max: 3 }),
      places: fc.array(
        fc.tuple(fc.nat({ max: 400 }), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 255))),
        { minLength: 1, maxLength: 6 },
      ),
      words: fc.nat({ max: 120 }),
    })
    fc.assert(
      fc.property(damage, ({ of, offset, places, words }) => {
        const whole = good[of]!
        const kept = Math.max(HEADER_WORDS, Math.min(whole.length / 4, words)) * 4
        const message = Buffer.from(places.length % 2 ? whole : whole.subarray(0, kept))
        for (const [place, value] of places) {
          const at = 4 + (place % (message.length - 4)) // the framing has seen version and length
          message[at] = value
        }
        message.writeUIntBE(message.length, 1, 3)
        serve(message, offset)
      }),
      { numRuns: FUZZED },
    )
  })

  test('bytes of any kind behind a header', () => {
    const body = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(body, fc.nat({ max: 3 }), (bytes, offset) => {
        const message = encodeBase(324, [Buffer.from(bytes.subarray(0, bytes.length & ~3))])
        serve(message, offset)
      }),
      { numRuns: FUZZED / 10 },
    )
  })

  test('streams of any kind end in messages or in a refusal', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat({ max: 250 }).map((length) => encodeEcr().subarray(0, length)),
      fc.constantFrom(encodeEcr(), encodeDwr()),
    )
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
        const framer = new Framer()
        for (const bytes of chunks) {
          const unframed = framer.push(Buffer.from(bytes), (message, start, end) => {
            expect(end - start).toBe(message.readUIntBE(start + 1, 3))
            return true
          })
          if (!unframed) continue
          expect([5011, 5015]).toContain(unframed.result)
          break
        }
      }),
      { numRuns: FUZZED / 10 },
    )
  })
})

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
}

/** What Failed-AVP holds. */
function failed({ avps }: Message) {
  return decodeAvps(avps.find(({ code }) => code === 279)!.data)
}

function ecrOf(avps: Buffer): Buffer {
  const message = encodeBase(324, [avps], 0xc0)
  message.writeUInt32BE(16_777_252, 8)
  return message
}
