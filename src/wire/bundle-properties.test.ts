import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, DEVICE, T0, bytes, signOrder } from '../../test/law.ts'
import { PublicLog } from '../../test/public-log.ts'
import { ENROLLED, Refusal, concat, encodeCbor, thumbprint, type CborValue } from '../core/index.ts'
import { BUNDLE_STEPS, type BundleStep } from './bundle-steps.ts'
import { encodeBundle, parseBundle, type Bundle } from './bundle.ts'
import { verifyForDevice, type Accepted } from './verify-bundle.ts'

const RUNS = process.env['SLOW'] ? 500 : 10
const T = T0 + 10
const LIMIT_MS = 10

const world = new PublicLog()
const lock = world.country.order('lock', T)
const { index } = world.country.log('order', signOrder(lock, world.country.signers('lock')), T)
const whole = world.bundle(lock, index)
/** Only the certificates of its signers, as a registry sends it. */
const [nation, issue, force, , , , proposer, approver] = whole.certificates
const good = { ...whole, certificates: [nation!, issue!, force!, proposer!, approver!] }
const encoded = encodeBundle(good)
const steps: readonly BundleStep[] = Object.values(BUNDLE_STEPS)
const receiver = {
  dak: DEVICE.dak!,
  device: ENROLLED,
  owner: thumbprint(world.country.owner.key),
  now: T0,
  treeSize: 0,
}

/**
 * Accepted as the very lock, or a refusal that names a step it belongs to, in no time: of this
 * process, since the machine may be busy, and of five attempts, since a first one compiles.
 */
function judge(input: Uint8Array): string {
  let code = 'accepted'
  let accepted: Accepted | null = null
  let least = Infinity
  for (let i = 0; i < 5 && least > LIMIT_MS; i++) {
    const begin = process.cpuUsage()
    try {
      accepted = verifyForDevice(input, world.trust, receiver)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      code = error.code
      const { step, stepName } = error.facts
      expect(steps.find(({ number }) => number === step)?.name).toBe(stepName)
    }
    const { user, system } = process.cpuUsage(begin)
    least = Math.min(least, (user + system) / 1000)
  }
  if (accepted) expect(accepted).toMatchObject({ order: lock, index })
  else expect(least).toBeLessThan(LIMIT_MS)
  return code
}

const position = fc.nat({ max: encoded.length - 1 })
/** Text of any kind, so that a proof can be wrong in every line. */
const line = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom('index 18446744073709551615', 'index -1', 'extra AAAA', '— x y', '', 'AAAA'),
)
const anyCbor = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.uint8Array({ maxLength: 64 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.nat({ max: 9 }), tie('value')), { maxLength: 5 })
      .map((pairs) => new Map<number, CborValue>(pairs)),
  ),
})).value

describe('A92: input of any size or shape ends in a refusal, in less than 10 ms', () => {
  const property = <T>(name: string, made: fc.Arbitrary<T>, bytesOf: (made: T) => Uint8Array) =>
    it(name, () => {
      fc.assert(
        fc.property(made, (value) => {
          judge(bytesOf(value))
        }),
        { numRuns: RUNS },
      )
    })

  property(
    'several bytes changed anywhere',
    fc.array(fc.tuple(position, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
    (changes) => {
      const mutant = encoded.slice()
      for (const [at, value] of changes) mutant[at] = value
      return mutant
    },
  )
  property('cut short, with anything behind', fc.tuple(position, fc.uint8Array()), ([at, rest]) =>
    concat(encoded.slice(0, at), rest),
  )
  property('a piece taken out, or doubled', fc.tuple(position, position), ([a, b]) =>
    concat(encoded.slice(0, a), encoded.slice(b)),
  )
  property(
    'a length that promises more than there is',
    fc.tuple(
      position,
      fc.constantFrom(0x1b, 0x5b, 0x7b, 0x9b, 0xbb),
      fc.uint8Array({ size: '-1' }),
    ),
    ([at, head, rest]) => concat(encoded.slice(0, at), Uint8Array.of(head), bytes(8, 0xff), rest),
  )
  property(
    'any CBOR in place of any field',
    fc.tuple(fc.integer({ min: 1, max: 8 }), anyCbor),
    made,
  )
  property('any line in the proof', fc.tuple(fc.nat({ max: 20 }), line), ([at, text]) => {
    const lines = good.proof.split('\n')
    lines.splice(at % lines.length, 1, text)
    return encodeBundle({ ...good, proof: lines.join('\n') || 'x' })
  })
  property(
    'entry, opening and certificates of other shapes',
    fc.tuple(fc.constantFrom('entry', 'opening', 'certificates' as const), anyCbor),
    ([field, value]) => {
      const spelled = encodeCbor(value)
      const changed: Partial<Bundle> =
        field === 'certificates' ? { certificates: [spelled] } : { [field]: spelled }
      return encodeBundle({ ...good, ...changed })
    },
  )

  function made([field, value]: readonly [number, CborValue]): Uint8Array {
    const { entry, certificates, proof, opening } = parseBundle(encoded)
    const fields = new Map<number, CborValue>([
      [1, entry],
      [2, [...certificates]],
      [3, proof],
      [4, opening],
      [5, []],
    ])
    return encodeCbor(fields.set(field, value))
  }

  it.each([
    [
      'a mebibyte of each byte that opens something',
      [0x5f, 0x7f, 0x81, 0x9f, 0xa1, 0xbf, 0xc0, 0xff],
    ],
    ['a mebibyte of small items', [0x00, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xf6]],
  ])('%s', (_, heads) => {
    for (const head of heads) {
      expect(judge(bytes(2 ** 20, head))).toMatch(/^(malformed|too-large)$/)
      expect(judge(concat(encoded, bytes(2 ** 20, head)))).toMatch(/^(malformed|too-large)$/)
    }
  })

  it('a mebibyte of noise', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const noise = Uint32Array.from({ length: 2 ** 18 }, (_, i) =>
          Math.imul(seed ^ i, 2654435761),
        )
        expect(judge(new Uint8Array(noise.buffer))).toMatch(/^(malformed|not-canonical|too-large)$/)
      }),
      { numRuns: RUNS },
    )
  })

  it('nested to any depth, within a field and without', () => {
    for (const depth of [17, 1_000, 16_000]) {
      const deep = concat(bytes(depth, 0x81), Uint8Array.of(0xf6))
      expect(judge(deep)).toMatch(/^(malformed|too-large)$/)
      expect(judge(encodeBundle({ ...good, entry: deep }))).toMatch(/^(malformed|too-large)$/)
      expect(judge(encodeBundle({ ...good, opening: deep }))).toMatch(/^(malformed|too-large)$/)
    }
  })
})

describe('the table of steps', () => {
  it('numbers them 1 to 18, and gives each code one home', () => {
    expect(steps.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
    const codes = steps.flatMap(({ codes }) => codes)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('what decoding meets early still belongs to its step', () => {
    const stepOf = (how: () => unknown) => {
      try {
        how()
      } catch (error) {
        if (error instanceof Refusal) return error.facts['step']
      }
      return null
    }
    const take =
      (bundle: Bundle, at = receiver) =>
      () =>
        verifyForDevice(encodeBundle(bundle), world.trust, at)
    const late = { ...receiver, device: { ...ENROLLED, ctr: 99 } }
    expect(stepOf(take(good, late))).toBe(15)
    expect(stepOf(take(good, { ...receiver, dak: bytes(32, 1) }))).toBe(14)
    expect(stepOf(take({ ...good, proof: world.prove(index, { guardians: [] }) }))).toBe(6)
    expect(stepOf(take({ ...good, certificates: [] }))).toBe(8)
    const hold = world.country.order('hold', T)
    const held = world.say(hold, T)
    const lapsed = { ...receiver, now: T + 5 * DAY }
    expect(stepOf(() => verifyForDevice(held, world.trust, lapsed))).toBe(13)
  })
})
