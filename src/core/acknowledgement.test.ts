import { expect, test } from 'vitest'
import { newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  MAX_APPLIED,
  readAcknowledgement,
  signAcknowledgement,
  type Enforced,
} from './acknowledgement.ts'

const operator = newKey()
const log = 'log.example/stolen-mode'

const read = (applied: readonly Enforced[], by = operator) =>
  readAcknowledgement(
    signAcknowledgement({ log, register: 'edge-1', applied }, by),
    operator.key,
    verify,
  )

test('A88: an acknowledgement goes round, and only its operator can have given it', () => {
  const applied = [
    { size: 12, at: 1_770_000_000_000 },
    { size: 15, at: 1_770_000_000_000 },
    { size: 99, at: 1_770_000_000_250 },
  ]
  expect(read(applied)).toEqual({ log, register: 'edge-1', applied })
  expect(codeOf(() => read(applied, newKey()))).toBe('signature')
})

test.each([
  ['nothing', []],
  ['more than it holds', Array.from({ length: MAX_APPLIED + 1 }, (_, i) => ({ size: i, at: i }))],
  ['a tree twice', [1, 2].map((at) => ({ size: 5, at }))],
  ['trees that shrink', [9, 8].map((size) => ({ size, at: size }))],
  ['time that goes back', [1, 2].map((size) => ({ size, at: 10 - size }))],
])('an acknowledgement of %s is malformed', (_, applied) => {
  expect(codeOf(() => read(applied))).toBe('malformed')
})
