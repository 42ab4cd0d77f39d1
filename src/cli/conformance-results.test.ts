import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CASES, SUITE, resultOf, writePackage, type Run } from '../conformance/index.ts'
import { thumbprint, toHex } from '../core/index.ts'
import { generateEs256, makeLogger } from '../host/index.ts'
import { codeOfWork } from '../../test/vectors/outcome.ts'
import { readConformance } from './conformance-results.ts'

const { signer } = generateEs256()
const logger = makeLogger('results', 'silent')
const RUN: Run = {
  started: {
    seq: 1,
    protocol: 1,
    implementation: { name: 'Example One', version: '7', store: 'file' },
    features: [],
  },
  results: CASES.map(({ id }) => ({ id, outcome: 'passed', why: null })),
  transcript: [],
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-results-'))
  const result = resultOf(RUN, CASES, { suite: SUITE, whole: true, at: 1_795_000_000_000 })
  for (const name of ['good', 'altered'])
    await writePackage(join(folder, name), result, RUN, signer)
  await appendFile(join(folder, 'altered', 'report.txt'), 'and more')
})
afterAll(() => rm(folder, { recursive: true }))

test('a result that verifies is shown by its signer; an altered one is left out', async () => {
  const rows = await readConformance(folder, logger)
  const asked = CASES.filter(({ level }) => level === 'must').length
  expect(rows).toEqual([
    {
      device: 'Example One 7',
      suite: SUITE,
      at: new Date(1_795_000_000_000).toISOString(),
      conforms: true,
      must: [asked, asked],
      signer: toHex(thumbprint(signer.key)),
    },
  ])
})

test('a folder that is not there is a wrong setting', async () => {
  expect(await codeOfWork(readConformance(join(folder, 'none'), logger))).toBe('config')
})
