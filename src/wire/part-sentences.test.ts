import { describe, expect, it } from 'vitest'
import { Refusal, WHY_PART_REFUSED, partRefused, type RefusalCode } from '../core/index.ts'
import { partSentence } from './part-sentences.ts'

const said = (why: (typeof WHY_PART_REFUSED)[number], facts: Refusal['facts'] = {}) =>
  partSentence(partRefused(why, '', facts))

describe('what a phone says of a part', () => {
  it('A16 names whom to call, and how long to wait', () => {
    expect(said('donor-stolen', { authority: 'zz.force', index: 7 })).toMatchObject({
      authority: 'zz.force',
      text: expect.stringContaining('call zz.force, which locked that phone'),
    })
    expect(said('donor-held', { until: 1_800_000_000 }).text).toContain('2027-01-15T08:00:00.000Z')
    expect(said('donor-stolen').text).toContain('call any police force')
  })

  it('is another sentence for every refusal of a part', () => {
    const codes = [
      'part-unknown',
      'part-signature',
      'part-duplicate',
      'part-batch-revoked',
      'donor-release-used',
    ]
    const texts = [
      ...WHY_PART_REFUSED.map((why) => said(why).text),
      ...codes.map((code) => partSentence(new Refusal(code as RefusalCode, '')).text),
    ]
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('A76 shows nothing of another party but a name and a time', () => {
    for (const authority of ['call 5550100 <b>now</b>', 'ZZ', '', 'a'.repeat(300), 7])
      expect(said('donor-stolen', { authority }).text).toContain('any police force')
    for (const until of [-1, 1e18, Number.NaN, Infinity, 'soon'])
      expect(said('donor-held', { until }).text).toContain('Wait, and try again')
    const strange = new Refusal('part-refused', '', { why: 'toString' })
    expect(partSentence(strange)).toMatchObject({ why: null, text: expect.stringContaining('Ask') })
  })
})
