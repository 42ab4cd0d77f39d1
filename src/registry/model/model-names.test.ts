import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseTac } from '../../core/index.ts'
import { ModelNames } from './model-names.ts'

const ONE = parseTac('00101701')
const names = new ModelNames()
names.add({
  tac: ONE,
  manufacturer: 'Example Works Ltd',
  brand: 'Example',
  names: ['One', 'EX-100/D'],
})

test.each([
  ['One', true],
  ['Example One', true],
  ['EXAMPLE ONE 5G (blue)', true],
  ['ex 100 d', true],
  ['Öne', false],
  ['Example Two', false],
  ['Onerous', false],
  ['Phone X', false],
  ['', true], // says nothing
])('a phone of a known model that calls itself "%s": fits %s', (model, fits) => {
  expect(names.fits(ONE, model)).toBe(fits)
})

test('of a model that the list does not have, or does not name, nothing is said', () => {
  names.add({ tac: parseTac('00101702'), manufacturer: 'Example Works', brand: '', names: [] })
  names.add({ tac: parseTac('00101704'), manufacturer: 'Works', brand: '', names: ['-', '***'] })
  for (const tac of ['00101702', '00101703', '00101704'])
    expect(names.fits(parseTac(tac), 'Any')).toBe(true)
})

test('come from the list as somebody has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-models-'))
  try {
    const path = join(folder, 'tacs.txt')
    const header = 'TAC|Manufacturer|Model Name|Bands|Allocation Date|Device Type'
    writeFileSync(path, `\uFEFF${header}\r\n00101701|Works|One||01-Jan-2001|Phone\r\n`)
    const read = await ModelNames.read(path)
    expect([read.fits(ONE, 'One'), read.fits(ONE, 'Two')]).toEqual([true, false])
    writeFileSync(path, header)
    await expect(ModelNames.read(path)).rejects.toMatchObject({ code: 'malformed' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
