import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { DEMONSTRATION, themeOf } from './theme.ts'

describe('a theme', () => {
  it('is a name and a colour, and then no demonstration', () => {
    expect(themeOf('Exampleshire Police', '#003366')).toEqual({
      name: 'Exampleshire Police',
      colour: '#003366',
      isDemonstration: false,
    })
    expect(DEMONSTRATION.isDemonstration).toBe(true)
  })

  it.each([
    ['a pale colour', 'Force', '#ffdd00'],
    ['a grey just too light for white text (4.48 : 1)', 'Force', '#777777'],
    ['something that is no colour', 'Force', 'red;} body{display:none'],
    ['no name', ' ', '#003366'],
    ['a name without end', 'x'.repeat(61), '#003366'],
  ])('refuses %s', (_, name, colour) => {
    expect(codeOf(() => themeOf(name, colour))).toBe('config')
  })

  it('takes the lightest grey that white text can be read on (4.54 : 1)', () => {
    expect(codeOf(() => themeOf('Force', '#767676'))).toBe('accepted')
  })
})
