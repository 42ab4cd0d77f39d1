import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { testKey, verifyEd25519, type TestKey } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { utf8 } from '../core/bytes.ts'
import { formatCheckpoint, openCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { leafHash } from './merkle.ts'
import { formatVkey } from './note-key.ts'
import { formatNote } from './note.ts'
import { signText } from './open-note.ts'
import { parsePolicy } from './policy.ts'
import { checkQuorum, logKeys } from './quorum.ts'

const log = testKey('log.example/gb', 1, 1)
const cosigners = ['w1', 'w2', 'w3', 'g1', 'g2'].map((name, i) =>
  testKey(`${name}.example`, 4, 10 + i),
)
const [w1, w2, w3, g1, g2] = cosigners as [TestKey, TestKey, TestKey, TestKey, TestKey]
const line = (name: string, { key }: TestKey) => `witness ${name} ${formatVkey(key)}\n`
const LOG = `log ${formatVkey(log.key)}\n`
const WITNESSES = line('W1', w1) + line('W2', w2) + line('W3', w3)
const PLAIN = `${LOG}${WITNESSES}group witnesses 2 W1 W2 W3\nquorum witnesses\n`
const GUARDED =
  `# both groups\n${LOG}${WITNESSES}${line('G1', g1)}${line('G2', g2)}` +
  'group witnesses 2 W1 W2 W3\ngroup guardians any G1 G2\n' +
  'group both all witnesses guardians\nquorum both\n'

const text = formatCheckpoint({ origin: 'log.example/gb', size: 1, root: leafHash(utf8('a')) })

function quorumOf(policyText: string, times: readonly (readonly [TestKey, number])[]) {
  const policy = parsePolicy(policyText)
  const lines = times.map(([{ key, sign }, timeSeconds]) =>
    cosign({ key, text, timeSeconds, sign }),
  )
  const note = formatNote({ text, signatures: [signText(text, log.key, log.sign), ...lines] })
  return checkQuorum(openCheckpoint(note, logKeys(policy), verifyEd25519), policy, verifyEd25519)
}

describe('policy files', () => {
  it('name logs, witnesses, groups and the quorum', () => {
    const policy = parsePolicy(GUARDED.replace('witness W1', '\t witness \t W1'))
    expect(policy.logs).toEqual([{ key: log.key, url: null }])
    expect(policy.witnesses.map((witness) => witness.name)).toEqual(['W1', 'W2', 'W3', 'G1', 'G2'])
    expect(policy.groups.map((group) => group.threshold)).toEqual([2, 1, 2])
    expect(policy.quorum).toBe('both')
  })

  it('hold URLs and names of any octets', () => {
    const head = utf8(`log ${formatVkey(log.key)} https://log.example/é\nwitness K`)
    const odd = Uint8Array.of(0xff, 0xe2)
    const tail = utf8(` ${formatVkey(w1.key)}\nquorum K`)
    const bytes = Uint8Array.of(...head, ...odd, ...tail, ...odd, 0x0a)
    const policy = parsePolicy(bytes)
    expect(policy.quorum).toBe('K\u00ff\u00e2')
    expect(policy.logs[0]?.url).toBe('https://log.example/%c3%a9')
  })

  it('may hold 32 of each and more', () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`)
    const logs = names.map((n, i) => `log ${formatVkey(testKey(n, 1, 100 + i).key)}\n`)
    const witnesses = names.map((n, i) => line(n, testKey(n, 4, 150 + i)))
    const groups = names.map((n, i) => `group g${i} any ${n}${i > 0 ? ` g${i - 1}` : ''}\n`)
    const policy = parsePolicy([...logs, ...witnesses, ...groups, 'quorum g39\n'].join(''))
    expect(policy.groups).toHaveLength(40)
  })

  const vkey = formatVkey(w1.key)
  it.each([
    ['no quorum line', LOG],
    ['two quorum lines', `${LOG}quorum none\nquorum none\n`],
    ['an undefined quorum', `${LOG}quorum X\n`],
    ['a quorum above its definition', `quorum W1\nwitness W1 ${vkey}\n`],
    ['a member defined below', `group g any W1\nwitness W1 ${vkey}\nquorum g\n`],
    ['a member of two groups', `${WITNESSES}group a any W1\ngroup b any W1 a\nquorum b\n`],
    ['a member twice in a group', `${WITNESSES}group a 2 W1 W1\nquorum a\n`],
    ['a group with itself', `${WITNESSES}group a any a\nquorum a\n`],
    ['none as a member', `${WITNESSES}group a any none\nquorum a\n`],
    ['none as a name', `witness none ${vkey}\nquorum none\n`],
    ['one name twice', `witness W1 ${vkey}\n${line('W1', w2)}quorum W1\n`],
    ['a group named as a witness', `${WITNESSES}group W1 any W2\nquorum W1\n`],
    ['one key under two names', `${line('A', w1)}${line('B', testKey('b', 4, 10))}quorum A\n`],
    ['one key as log and witness', `${LOG}${line('A', testKey('a', 4, 1))}quorum A\n`],
    ['the same log twice', `${LOG}${LOG}quorum none\n`],
    ['a witness key for a log', `log ${vkey}\nquorum none\n`],
    ['a log key for a witness', `witness A ${formatVkey(log.key)}\nquorum A\n`],
    ['threshold 0', `${WITNESSES}group a 0 W1\nquorum a\n`],
    ['threshold above the members', `${WITNESSES}group a 2 W1\nquorum a\n`],
    ['threshold 01', `${WITNESSES}group a 01 W1\nquorum a\n`],
    ['a group of nobody', `${WITNESSES}group a any\nquorum a\n`],
    ['an unknown word', 'logs\nquorum none\n'],
    ['a word too many', 'quorum none none\n'],
    ['a carriage return', 'quorum none\r\n'],
    ['a missing last newline', 'quorum none'],
    ['a broken vkey', `witness W1 ${vkey.slice(0, -4)}\nquorum W1\n`],
    ['more than 64 KiB', `${'#\n'.repeat(40_000)}quorum none\n`],
  ])('refuse %s', (_, policy) => {
    expect(codeOf(() => parsePolicy(policy))).toBe('policy-malformed')
  })

  it('end in a policy or a refusal, whatever arrives', () => {
    const word = fc.constantFrom('log', 'witness', 'group', 'quorum', 'none', 'any', '1', 'A', vkey)
    const file = fc.array(fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')))
    fc.assert(
      fc.property(file, (lines) => {
        expect(codeOf(() => parsePolicy(`${lines.join('\n')}\n`))).toMatch(/accepted|policy-malf/)
      }),
    )
  })
})

describe('quorums', () => {
  it('are met by enough cosigners, and T is the smallest time of those that suffice', () => {
    const quorum = quorumOf(PLAIN, [
      [w1, 100],
      [w2, 300],
      [w3, 200],
    ])
    expect(quorum.timeSeconds).toBe(200)
    expect(quorum.cosigners.map(({ name, timeSeconds }) => [name, timeSeconds])).toEqual([
      ['W1', 100],
      ['W2', 300],
      ['W3', 200],
    ])
  })

  it('one liar moves T neither into the future nor back', () => {
    const honest: [TestKey, number][] = [
      [w1, 1000],
      [w2, 1001],
    ]
    expect(quorumOf(PLAIN, [...honest, [w3, 9_999_999_999]]).timeSeconds).toBe(1001)
    expect(quorumOf(PLAIN, [...honest, [w3, 1]]).timeSeconds).toBe(1000)
  })

  it('take the smaller time of two groups that are both needed', () => {
    const times: [TestKey, number][] = [
      [w1, 500],
      [w2, 600],
      [g1, 400],
    ]
    expect(quorumOf(GUARDED, times).timeSeconds).toBe(400)
    expect(quorumOf(GUARDED, [...times, [g2, 550]]).timeSeconds).toBe(500)
  })

  it('A83: say which part is lacking', () => {
    const witnesses: [TestKey, number][] = [
      [w1, 1],
      [w2, 1],
    ]
    const code = (times: [TestKey, number][]) => codeOf(() => quorumOf(GUARDED, times))
    expect(code(witnesses)).toBe('guardian-quorum')
    expect(code([[g1, 1]])).toBe('witness-quorum')
    expect(code([])).toBe('witness-quorum')
    expect(code([...witnesses, [g2, 1]])).toBe('accepted')
    expect(codeOf(() => quorumOf(PLAIN, [[w1, 1]]))).toBe('witness-quorum')
  })

  it('count a key once, however often it signs', () => {
    const twice: [TestKey, number][] = [
      [w1, 1],
      [w1, 2],
    ]
    expect(codeOf(() => quorumOf(PLAIN, twice))).toBe('witness-quorum')
  })

  it('count no stranger', () => {
    const strangers: [TestKey, number][] = [
      [g1, 1],
      [g2, 1],
      [w1, 1],
    ]
    expect(codeOf(() => quorumOf(PLAIN, strangers))).toBe('witness-quorum')
  })

  it('refuse the whole note when a known cosigner fails', () => {
    const imposter: TestKey = { key: w3.key, sign: w2.sign }
    const times: [TestKey, number][] = [
      [w1, 1],
      [w2, 1],
      [imposter, 1],
    ]
    expect(codeOf(() => quorumOf(PLAIN, times))).toBe('note-signature')
  })

  it('may be a single witness, or none', () => {
    expect(quorumOf(`${LOG}${WITNESSES}quorum W2\n`, [[w2, 7]]).timeSeconds).toBe(7)
    expect(codeOf(() => quorumOf(`${LOG}${WITNESSES}quorum W2\n`, [[w1, 7]]))).toBe(
      'witness-quorum',
    )
    expect(quorumOf(`${LOG}quorum none\n`, []).timeSeconds).toBeNull()
  })

  it('never get harder to meet by one more cosigner', () => {
    const some = fc.subarray([w1, w2, w3, g1, g2])
    fc.assert(
      fc.property(some, fc.constantFrom(...cosigners), (present, extra) => {
        const time = (list: TestKey[]) => list.map((key): [TestKey, number] => [key, 5])
        const before = codeOf(() => quorumOf(GUARDED, time(present)))
        const after = codeOf(() => quorumOf(GUARDED, time([...new Set([...present, extra])])))
        if (before === 'accepted') expect(after).toBe('accepted')
      }),
      { numRuns: 25 },
    )
  })
})
