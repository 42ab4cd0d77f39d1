import { expect, test } from 'vitest'
import { certificate, makeRoot, newKey } from '../../../test/law.ts'
import {
  authorityListPayload,
  certificatePayload,
  distrustPayload,
  encodeCbor,
  rootPayload,
  thumbprint,
} from '../../core/index.ts'
import { changesOf, fingerprintOf, inWords } from './words.ts'

const { root } = makeRoot()

test('every field of a certificate is said', () => {
  const { key } = newKey()
  const cert = certificate({ sub: 'zz.met', role: 'force', key }, { use: 'issue' })
  const words = inWords('certificate', encodeCbor(certificatePayload(cert))).join('\n')
  for (const said of [
    'zz.met, force, key that certifies',
    'issued by zz',
    fingerprintOf(key),
    'from 2026-02-02 to 2027-03-08',
    'country ZZ; may hold, lock, found, release, retire',
    'lock at most 100 an hour and 300 a day',
    'certifies others, 1 deep',
  ])
    expect(words).toContain(said)
})

test('a list and a distrust record say whom, from which entry, and what stays', () => {
  const certificateHash = new Uint8Array(32).fill(7)
  const row = {
    sub: 'zz.met',
    certificate: certificateHash,
    standing: 'suspended',
    index: 41,
  } as const
  const list = authorityListPayload({
    version: 2,
    from: 44,
    authorities: [row],
    log: 'log.example/zz',
  })
  expect(inWords('list', encodeCbor(list)).join('\n')).toContain('zz.met: suspended from entry 41')
  const key = thumbprint(newKey().key)
  const record = distrustPayload({
    key,
    from: 30,
    reason: 1,
    kept: [31, 40],
    log: 'log.example/zz',
  })
  const words = inWords('distrust', encodeCbor(record)).join('\n')
  expect(words).toContain('void from entry 30 of log.example/zz (stolen)')
  expect(words).toContain('staying in force: entries 31, 40')
})

test('A90: what a draft says cannot hide from the screen what is signed', () => {
  const hiding = '\u001b[2J\u001b[1A\u202e\u0007\r'
  const draft = {
    ...root,
    guardedPolicy: `${hiding}quorum none\n`,
    relyingParties: [{ role: 'officer', rpId: hiding, origins: [`https://x.example\n${hiding}`] }],
  }
  const words = inWords('root', encodeCbor(rootPayload(draft)))
  for (const line of words) expect(line).toMatch(/^[ -~]*$/)
  expect(words.join('\n')).toContain('\\u{1b}[2J')
  expect(words.join('\n')).toContain('quorum none')
})

test('the next root is said as what it changes', () => {
  const joined = newKey().key
  const next = { ...root, version: 2, keys: [...root.keys.slice(0, 4), joined], threshold: 4 }
  expect(changesOf(root, next)).toEqual([
    'Against version 1:',
    `  key leaves: ${fingerprintOf(root.keys[4]!)}`,
    `  key joins:  ${fingerprintOf(joined)}`,
    '  threshold 3 becomes 4',
  ])
})
