import { expect, test } from 'vitest'
import { Conformance, conformanceTable, type ConformanceRow } from './conformance.tsx'
import { csvOf } from '../csv.ts'

const ROW: ConformanceRow = {
  device: '=cmd() <b>',
  suite: '1.1.0',
  at: '2026-11-28T12:00:00.000Z',
  conforms: false,
  must: [215, 216],
  signer: 'ab'.repeat(32),
}

test('A76, A78: what an adapter calls itself is text on the page and no formula in the table', () => {
  const written: { toString(): string } = <Conformance results={[ROW]} />
  const html = written.toString()
  expect(html).toContain('=cmd() &lt;b&gt;')
  expect(html).toContain('215 of 216')
  expect(html).toContain('Passing is not')
  expect(csvOf(conformanceTable([ROW]))).toContain(`"'=cmd() <b>","no","215","216"`)
})
