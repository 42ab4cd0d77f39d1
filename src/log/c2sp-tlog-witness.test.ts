import { describe, expect, it } from 'vitest'
import { testKey } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { utf8 } from '../core/bytes.ts'
import { signCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { leafHash } from './merkle.ts'
import {
  MAX_ADD_CHECKPOINT_BYTES,
  formatAddCheckpoint,
  formatCosignatures,
  formatTreeSize,
  monitoringPath,
  parseAddCheckpoint,
  parseCosignatures,
  parseTreeSize,
} from './witness-request.ts'

const log = testKey('log.example/gb', 1, 1)
const witness = testKey('w.example', 4, 2)
const root = leafHash(utf8('one'))
const checkpoint = signCheckpoint({ origin: 'log.example/gb', size: 9, root }, log.key, log.sign)
const BODY = formatAddCheckpoint({ oldSize: 5, proof: [root, root], checkpoint })

describe('add-checkpoint', () => {
  it('reads back', () => {
    expect(parseAddCheckpoint(BODY)).toEqual({ oldSize: 5, proof: [root, root], checkpoint })
    const first = { oldSize: 0, proof: [], checkpoint }
    expect(formatAddCheckpoint(first)).toBe(`old 0\n\n${checkpoint}`)
    expect(parseAddCheckpoint(utf8(formatAddCheckpoint(first)))).toEqual(first)
  })

  it('takes 63 proof lines', () => {
    const most = { oldSize: 1, proof: Array<Uint8Array>(63).fill(root), checkpoint }
    expect(parseAddCheckpoint(formatAddCheckpoint(most)).proof).toHaveLength(63)
    const more = { ...most, proof: [...most.proof, root] }
    expect(codeOf(() => parseAddCheckpoint(formatAddCheckpoint(more)))).toBe('malformed')
  })

  it.each([
    ['no old size', BODY.replace('old 5\n', '')],
    ['an old size with a zero in front', BODY.replace('old 5', 'old 05')],
    ['an old size beyond 2^53-1', BODY.replace('old 5', 'old 18446744073709551615')],
    ['a proof line that is no hash', BODY.replace('old 5\n', 'old 5\nAAAA\n')],
    ['no empty line', 'old 5\n'],
    ['nothing', ''],
    ['too much', `${BODY}${'a'.repeat(MAX_ADD_CHECKPOINT_BYTES)}`],
  ])('refuses %s', (_, body) => {
    expect(codeOf(() => parseAddCheckpoint(body))).toBe('malformed')
  })
})

describe('answers', () => {
  const line = cosign({ key: witness.key, text: 'x\n', timeSeconds: 3, sign: witness.sign })

  it('200 is one or more note lines', () => {
    expect(parseCosignatures(formatCosignatures([line, line]))).toEqual([line, line])
    expect(codeOf(() => parseCosignatures(''))).toBe('note-malformed')
    expect(codeOf(() => parseCosignatures('\n'))).toBe('note-malformed')
    expect(codeOf(() => parseCosignatures(formatCosignatures([line]).slice(0, -1)))).toBe(
      'note-malformed',
    )
  })

  it('409 is the size last cosigned', () => {
    expect(parseTreeSize(formatTreeSize(20852163))).toBe(20852163)
    for (const bad of ['5', '\n', '05\n', '5\n5\n', '9007199254740992\n', `${'1'.repeat(40)}\n`])
      expect(codeOf(() => parseTreeSize(bad))).toBe('malformed')
  })

  it('the monitoring path hides nothing but spells any origin', () => {
    expect(monitoringPath('log.example/gb')).toMatch(/^[0-9a-f]{64}\/checkpoint$/)
  })
})
