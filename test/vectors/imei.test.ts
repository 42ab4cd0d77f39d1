import { expect, it } from 'vitest'
import { parseImei } from '../../src/core/index.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

interface Vector {
  readonly text: string
  readonly imei14?: string
  readonly svn?: string | null
}

it.each(ownVectors<Vector>('imei'))('imei/$name', ({ code, vector }) => {
  const { text, imei14, svn } = vector
  expect(codeOf(() => parseImei(text))).toBe(code ?? 'accepted')
  if (code === null) expect(parseImei(text)).toEqual({ imei14, svn })
})
