import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IpaReader, ipaFrame, payloadOf, protocolOf } from './ipa.ts'

const aFrame = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }))
  .map(([protocol, payload]) => ipaFrame(protocol, payload))

function readIn(pieces: readonly Buffer[]): Buffer[] {
  const reader = new IpaReader()
  return pieces.flatMap((piece) => [...reader.read(piece)])
}

test('a frame is length 2, protocol 1, payload', () => {
  const frame = ipaFrame(0xfe, Buffer.of(0))
  expect(frame.toString('hex')).toBe('0001fe00')
  expect([protocolOf(frame), payloadOf(frame)]).toEqual([0xfe, Buffer.of(0)])
})

test('a stream cut at any byte gives the same frames', () => {
  const frames = [
    ipaFrame(0xfe, Buffer.of(0)),
    ipaFrame(0xee, Buffer.alloc(0)),
    ipaFrame(0, Buffer.alloc(300)),
  ]
  const stream = Buffer.concat(frames)
  for (let at = 0; at <= stream.length; at++)
    expect(readIn([stream.subarray(0, at), stream.subarray(at)])).toEqual(frames)
})

test('and so does one cut into any pieces', () => {
  fc.assert(
    fc.property(
      fc.array(aFrame, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (frames, sizes) => {
        const stream = Buffer.concat(frames)
        const pieces: Buffer[] = []
        for (let at = 0, i = 0; at < stream.length; i++)
          pieces.push(stream.subarray(at, (at += sizes[i % sizes.length]!)))
        expect(readIn(pieces)).toEqual(frames)
      },
    ),
  )
})

test('A92 the longest frame is whole after 65,538 bytes, and half a frame is nothing', () => {
  const longest = ipaFrame(0xee, Buffer.alloc(65_535, 7))
  const reader = new IpaReader()
  expect(reader.read(longest.subarray(0, -1))).toEqual([])
  expect(reader.read(longest.subarray(-1))).toEqual([longest])
})
