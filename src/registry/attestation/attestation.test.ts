import { beforeAll, describe as group, expect, test } from 'vitest'
import { Refusal, sha256, toHex, utf8, type Imei14, type PublicKey } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { readDer } from './der.ts'
import { ANDROID_ROOTS } from './roots.ts'
import { checkIdentity } from './rules.ts'
import { parseStatusList } from './status-list.ts'
import {
  boolean,
  enumerated,
  integer,
  nothing,
  sequence,
  setOf,
  tagged,
  text,
  tlv,
} from './testing/der-writer.ts'
import { MadePlatform, describe, honest, rootOfTrust } from './testing/made-chain.ts'
import { ruleOf } from './testing/rule-of.ts'
import { verifyAndroidChain, type Expected } from './verify.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000
const NONCE = sha256(utf8('a nonce of ours'))
const IMEIS = ['00101701000001', '00101701000002'] as Imei14[]
const REMOTE = 'CN=Made Droid CA2, O=Example'

let platform: MadePlatform
let key: PublicKey
beforeAll(async () => {
  platform = await MadePlatform.create(NOW)
  key = generateEs256().signer.key
})

const good = () => describe({ nonce: NONCE, hardware: honest(IMEIS) })
const hardware = (changes: readonly (readonly [number, Uint8Array])[]) =>
  describe({ nonce: NONCE, hardware: honest(IMEIS, new Map(changes)) })

const verify = (chain: readonly Uint8Array[], changes: Partial<Expected> = {}) =>
  verifyAndroidChain(chain, {
    roots: platform.roots,
    status: { serials: new Set(), asOf: NOW },
    nonce: NONCE,
    nowMs: NOW,
    ...changes,
  })

const ruleFor = async (description: Uint8Array) =>
  ruleOf(verify(await platform.chain(key, description)))

test('an honest phone: its key and its numbers, slot by slot; without numbers, its key', async () => {
  const chain = await platform.chain(key, good())
  expect(await verify(chain)).toEqual({ key, imeis: IMEIS })
  const silent = describe({ nonce: NONCE, hardware: honest([]) })
  expect(await verify(await platform.chain(key, silent))).toEqual({ key, imeis: [] })
})

group('the chain', () => {
  test('root: only a pinned key counts, whatever its certificate says', async () => {
    const chain = await platform.chain(key, good())
    expect(await ruleOf(verify(chain, { roots: ANDROID_ROOTS }))).toBe('root')
    const other = await (await MadePlatform.create(NOW)).chain(key, good())
    expect(await ruleOf(verify([...chain.slice(0, 3), other[3]!]))).toBe('root')
    const [root] = platform.roots
    expect(await ruleOf(verify(chain, { roots: [{ ...root!, until: NOW }] }))).toBe('expired')
  })

  test('chain: every link in its place, every byte of it signed', async () => {
    const chain = await platform.chain(key, good())
    const [leaf, own, batch, root] = chain as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    for (const links of [
      [leaf, root],
      [leaf, batch, root],
      [own, batch, root],
      [leaf, batch, own, root],
      [leaf, own, batch, root, root],
      [leaf, leaf, own, batch, root],
      [leaf, own, own, batch, root],
    ])
      expect(await ruleOf(verify(links)), String(links.length)).not.toBe('accepted')
    for (const [i, bytes] of chain.entries())
      for (let at = 0; at < bytes.length; at += 13) {
        const flipped = Uint8Array.from(bytes)
        flipped[at]! ^= 1 << (at % 8)
        const rule = await ruleOf(verify(chain.with(i, flipped)))
        expect(rule, `byte ${at} of link ${i}`).not.toBe('accepted')
      }
  })

  test('expired: a factory’s outlives its dates, one provisioned from afar does not', async () => {
    const ended = { batchEndsMs: NOW - DAY }
    expect(await ruleOf(verify(await platform.chain(key, good(), ended)))).toBe('accepted')
    const remote = { batch: REMOTE }
    expect(await ruleOf(verify(await platform.chain(key, good(), remote)))).toBe('accepted')
    const both = await platform.chain(key, good(), { ...remote, ...ended })
    expect(await ruleOf(verify(both))).toBe('expired')
    const early = { nowMs: NOW - 400 * DAY, status: { serials: new Set<string>(), asOf: NOW } }
    expect(await ruleOf(verify(await platform.chain(key, good()), early))).toBe('expired')
  })

  test('revoked: no list, an old list, and a serial number of decimal digits alone', async () => {
    const chain = await platform.chain(key, good(), { batchSerial: '00e000000012345678' })
    const decimal = await platform.chain(key, good(), { batchSerial: '1000000000000000000000' })
    const list = (serial: string, status: string, asOf = NOW) =>
      parseStatusList(JSON.stringify({ entries: { [serial]: { status } } }), asOf)
    for (const [links, status, rule] of [
      [chain, null, 'revoked'],
      [chain, list('ff', 'REVOKED', NOW - 3 * DAY), 'revoked'],
      [chain, list('ff', 'REVOKED', NOW - DAY), 'accepted'],
      [chain, list('e000000012345678', 'REVOKED'), 'revoked'],
      [chain, list('E000000012345678', 'SUSPENDED'), 'revoked'],
      [decimal, list('1000000000000000000000', 'REVOKED'), 'revoked'],
      [decimal, list('1000000000000000000001', 'REVOKED'), 'accepted'],
    ] as const)
      expect(await ruleOf(verify(links, { status }))).toBe(rule)
    for (const bad of ['', '[]', '{"entries":{"xyz":{"status":"REVOKED"}}}', '{"entries":{"a":1}}'])
      expect(() => parseStatusList(bad, NOW)).toThrow(Refusal)
  })

  test('extended: one description, at the leaf; what an attested key signs on is refused', async () => {
    const twice = await platform.chain(key, good(), { second: good() })
    expect(await ruleOf(verify(twice))).toBe('extended')
    const [, ...rest] = twice
    expect(await ruleOf(verify(rest))).toBe('accepted') // the hardware's own, read alone
    const none = await platform.chain(key, good())
    expect(await ruleOf(verify(none.slice(1)))).toBe('extended')
  })
})

group('the description', () => {
  test('level, nonce', async () => {
    for (const [word, kept] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [1, 2],
    ] as const) {
      const bytes = describe({ level: [word, kept], nonce: NONCE, hardware: honest(IMEIS) })
      expect(await ruleFor(bytes)).toBe('level')
    }
    const other = describe({ nonce: sha256(NONCE), hardware: honest(IMEIS) })
    expect(await ruleFor(other)).toBe('nonce')
    expect(await ruleFor(describe({ level: [2, 2], nonce: NONCE, hardware: honest(IMEIS) }))).toBe(
      'accepted',
    )
  })

  test('malformed: tags out of order, twice, unknown; booleans of other bytes; rows too long', async () => {
    const entries = [...honest(IMEIS)]
    const raw = (tags: readonly (readonly [number, Uint8Array])[]) =>
      // A map would put a second spelling of a tag in the place of the first.
      describe({ nonce: NONCE, hardware: { [Symbol.iterator]: () => tags.values() } as never })
    for (const bytes of [
      raw(entries.toReversed()),
      raw([...entries, entries.at(-1)!]),
      hardware([[721, nothing]]),
      hardware([[4, setOf(integer(1))]]),
      hardware([[704, rootOfTrust({ locked: boolean(1) })]]),
      hardware([[704, rootOfTrust({ locked: boolean(0xff, 0xff) })]]),
      hardware([[704, rootOfTrust({ locked: boolean() })]]),
      hardware([[704, rootOfTrust({ locked: integer(1) })]]),
      hardware([[704, sequence()]]),
      hardware([[702, tlv(2, Uint8Array.of(0, 0))]]),
      sequence(integer(300), enumerated(1)),
      new Uint8Array(),
    ])
      expect(await ruleFor(bytes)).toBe('malformed')
  })

  test('A08 unlocked: a genuine number on an open boot loader, or nothing said of it', async () => {
    const without = new Map([...honest(IMEIS)].filter(([tag]) => tag !== 704))
    for (const bytes of [
      hardware([[704, rootOfTrust({ locked: boolean(0) })]]),
      hardware([[704, rootOfTrust({ state: enumerated(1) })]]),
      hardware([[704, rootOfTrust({ state: enumerated(2) })]]),
      describe({ nonce: NONCE, hardware: without }),
      // Said by the system and not by the hardware.
      describe({ nonce: NONCE, hardware: without, software: new Map([[704, rootOfTrust()]]) }),
    ])
      expect(await ruleFor(bytes)).toBe('unlocked')
  })

  test('key: imported, or good for more than signing', async () => {
    for (const bytes of [
      hardware([[702, integer(2)]]),
      hardware([[1, setOf(integer(2), integer(3))]]),
      hardware([[1, setOf(integer(7))]]),
      describe({
        nonce: NONCE,
        hardware: new Map([...honest(IMEIS)].filter(([tag]) => tag !== 702)),
      }),
    ])
      expect(await ruleFor(bytes)).toBe('key')
  })

  test('identity: fifteen digits with their check digit, from the hardware, all of them', async () => {
    for (const number of ['001017010000011', '00101701000001', '0010170100000 0', ''])
      expect(await ruleFor(hardware([[714, text(number)]])), number).toBe('identity')
    const onlySecond = new Map([...honest(IMEIS)].filter(([tag]) => tag !== 714))
    expect(await ruleFor(describe({ nonce: NONCE, hardware: onlySecond }))).toBe('identity')
    for (const claimed of [IMEIS.slice(0, 1), IMEIS.toReversed(), []])
      expect(() => checkIdentity(IMEIS, claimed)).toThrow(/^identity: /)
    checkIdentity(IMEIS, IMEIS)
    const software = new Map([[714, text('001017010000018')]])
    const bytes = describe({ nonce: NONCE, hardware: honest([]), software })
    expect(await verify(await platform.chain(key, bytes))).toMatchObject({ imeis: [] })
  })

  test('algorithm: another curve, RSA, and what is not known yet', async () => {
    const p384 = await platform.chain(key, good(), { curve: 'P-384' })
    expect(await ruleOf(verify(p384))).toBe('algorithm')
    for (const changes of [[[2, integer(1)]], [[2, integer(4)]], [[10, integer(2)]]] as const)
      expect(await ruleFor(hardware(changes))).toBe('algorithm')
  })
})

test('A92 hostile bytes end in a refusal: deep, past the end, huge, not in shortest form', () => {
  let deep = new Uint8Array()
  for (let i = 0; i < 4000; i++) deep = tlv(0x30, deep) as Uint8Array<ArrayBuffer>
  const hex = (value: string) => new Uint8Array(Buffer.from(value.replaceAll(' ', ''), 'hex'))
  for (const bytes of [
    deep,
    new Uint8Array(20_000),
    hex(''),
    hex('30'),
    hex('30 80 00 00'),
    hex('30 84 ff ff ff ff'),
    hex('30 82 ff ff'),
    hex('30 81 05 0201010500'),
    hex('30 03 0202 01'),
    hex('05 00 00'),
    hex('05 01 00'),
    hex('01 01 01'),
    hex('02 00'),
    hex('02 02 00 01'),
    hex('bf 1e 00'),
    hex('bf 80 01 00'),
    hex('bf ff ff 01 00'),
    hex('10 00'),
    hex('24 00'),
  ])
    expect(() => readDer(bytes), toHex(bytes.subarray(0, 8))).toThrow(/^malformed: /)
  expect(readDer(tagged(704, nothing)).tag).toBe(704)
})

test('A92 an extension nested without end, which the library would follow, is refused before it', async () => {
  let deep: Uint8Array = nothing
  for (let i = 0; i < 3_000; i++) deep = tlv(0x30, deep)
  const chain = await platform.chain(key, good(), { extra: deep })
  await expect(verify(chain)).rejects.toThrow('malformed: nested too deep')
})
