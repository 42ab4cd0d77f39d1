import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sha256 } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { refusalOf } from '../testing/stage.ts'
import { admissionLine, readAdmission } from './admission.ts'
import { GrantBook } from './grant-book.ts'
import { approve, keysOf } from './sign-grants.ts'

const key = () => generateEs256().signer
const founders = { approver: key(), police: key(), owner: key() }
const governed = { approver: founders.approver.key, device: sha256(Uint8Array.of(1)) }
const home = { log: 'log.example/zz', authority: 'zz' }
const mandate = approve(founders.approver, governed, keysOf(founders))
const root = Uint8Array.of(1, 2, 3)

it('a line says what a maker said, with a mandate or without', () => {
  expect(readAdmission(admissionLine({ governed, home, mandate }), root)).toEqual({
    governed,
    home,
    mandate,
    root,
  })
  expect(readAdmission(admissionLine({ governed, home }), root)).toEqual({ governed, home, root })
})

it.each([
  ['no JSON', () => 'nothing', 'malformed'],
  ['a list', () => '[]', 'malformed'],
  ['a field too many', (line: object) => JSON.stringify({ ...line, more: '' }), 'malformed'],
  ['no log', (line: object) => JSON.stringify({ ...line, log: undefined }), 'malformed'],
  ['a short device', (line: object) => JSON.stringify({ ...line, device: 'AAAA' }), 'malformed'],
  ['no key', (line: object) => JSON.stringify({ ...line, approver: 'AAAA' }), 'malformed'],
  ['a number', (line: object) => JSON.stringify({ ...line, authority: 7 }), 'malformed'],
  ['far too long', () => ' '.repeat(20_000), 'too-large'],
])('A92 refuses %s', async (_name, spoil, code) => {
  const line = JSON.parse(admissionLine({ governed, home, mandate })) as object
  expect(await refusalOf(() => readAdmission(spoil(line), root))).toBe(code)
})

it('a phone that is taken in again keeps its page, and with it the numbers of its locks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-book-'))
  try {
    const book = new GrantBook(folder)
    expect(await book.admit({ governed, home, root })).toBe(true)
    const page = await book.pageOf(governed.device)
    await book.keep(governed.device, { ...page, bits: [{ act: 'lock', number: 0 }] })
    expect(await book.admit({ governed, home, root, mandate })).toBe(false)
    expect((await book.pageOf(governed.device)).bits).toEqual([{ act: 'lock', number: 0 }])
  } finally {
    await rm(folder, { recursive: true })
  }
})
