import { describe, expect, test } from 'vitest'
import { keepForm, keptIn } from './kept-form.tsx'

const PHONE = `/account/phone/${'A'.repeat(43)}`

describe('a form whose session ended', () => {
  test('keeps what was typed, and no token of the session that is over', () => {
    const kept = keepForm(`${PHONE}/trusted`, { name: 'Kim', form: '1', csrf: 'old' })
    expect(kept).toEqual({ path: `${PHONE}/trusted`, fields: { name: 'Kim', form: '1' } })
    expect(keptIn(JSON.stringify(kept))).toEqual(kept)
  })

  test('A71: is sent again to a page of the owner’s, and to nothing else; a passkey’s answer is never kept', () => {
    for (const path of ['https://evil.example/', '//evil.example', '/report', '/account/sign-in'])
      expect(keptIn(JSON.stringify({ path, fields: {} })), path).toBeNull()
    expect(keepForm(`${PHONE}/card`, { response: '{}' })).toBeNull()
    expect(keepForm('/trusted', { code: 'x'.repeat(5_000) })).toBeNull()
    for (const text of [undefined, '', '{', '[]', '{"path":"/trusted"}', 'x'.repeat(1_000_000)])
      expect(keptIn(text)).toBeNull()
  })
})
