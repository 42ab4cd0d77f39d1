import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal, thumbprint, toHex } from '../core/index.ts'
import { generateEs256, nodeVerifiers } from '../host/index.ts'
import { CASES, SUITE } from './cases.ts'
import { difference } from './diff.ts'
import { htmlReport } from './report/html.ts'
import { scoreboard } from './report/scoreboard.ts'
import { readPackage, writePackage } from './result-package.ts'
import { resultOf } from './result.ts'
import type { Run } from './runner.ts'
import { scrubbed } from './transcript.ts'

const { es256 } = nodeVerifiers()
const { signer } = generateEs256()
const PLANTED = `00101701${'4'.repeat(6)}`

const RUN: Run = {
  started: {
    seq: 1,
    protocol: 1,
    implementation: { name: '<script>alert(1)</script>', version: '1', store: 'file' },
    features: ['second-imei'],
  },
  results: CASES.map(({ id }, i) => ({
    id,
    outcome: i === 3 ? 'failed' : i === 4 ? 'skipped' : 'passed',
    why: i === 3 ? 'step 1, look: expected <b>, found "&"' : null,
  })),
  transcript: [
    {
      case: 'SM-ORD-001',
      asked: {
        do: 'make',
        imeis: [PLANTED],
        serial: 'SECRET-SERIAL',
        root: 'cm9vdA==',
        registry: 'http://127.0.0.1:1',
        register: 'http://127.0.0.1:2',
        country: 'ZZ',
      },
      answered: { seq: 2, refusal: null, screen: null, calling: null, key: 'a2V5' },
      attested: [],
    },
    {
      case: 'SM-ORD-001',
      asked: {
        do: 'enrol',
        statement: 'c3RhdA==',
        record: 'cmVj',
        index: 0,
        path: [],
        model: 'X',
        owner: '-----BEGIN PRIVATE KEY-----',
      },
      answered: { fault: `died over ${PLANTED}` },
      attested: [],
    },
  ],
}
const ABOUT = { suite: SUITE, whole: true, at: 0 }
const RESULT = resultOf(RUN, CASES, ABOUT)

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-package-'))
  folder = join(home, 'result')
  await writePackage(folder, RESULT, RUN, signer)
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function refusal(): Promise<string> {
  try {
    await readPackage(folder, es256)
    return 'none'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

describe('a result package', () => {
  it('holds, and names whose key signed it', async () => {
    const read = await readPackage(folder, es256)
    expect(read).toEqual({ result: RESULT, signer: toHex(thumbprint(signer.key)) })
  })

  it.each(['result.json', 'report.txt', 'report.html', 'cases.json', 'transcript.ndjson'])(
    'does not hold with %s changed, or gone',
    async (name) => {
      await appendFile(join(folder, name), ' ')
      expect(await refusal()).toBe('snapshot-hash')
      await rm(join(folder, name))
      expect(await refusal()).toBe('not-found')
    },
  )

  it('holds nothing that the manifest does not name', async () => {
    await writeFile(join(folder, 'certificate.pdf'), 'passed')
    expect(await refusal()).toBe('malformed')
  })

  it('does not hold with any byte of its manifest changed', async () => {
    const path = join(folder, 'manifest.cose')
    const good = await readFile(path)
    for (let at = 0; at < good.length; at += 7) {
      const bent = Buffer.from(good)
      bent[at]! ^= 1
      await writeFile(path, bent)
      expect(await refusal()).not.toBe('none')
    }
  })

  it('names no phone and holds no key', () => {
    const text = scrubbed(RUN.transcript)
    for (const secret of [PLANTED, 'SECRET-SERIAL', 'PRIVATE KEY', 'c3RhdA==', 'cmVj', 'a2V5'])
      expect(text).not.toContain(secret)
    expect(text.trimEnd().split('\n')).toHaveLength(RUN.transcript.length)
  })
})

describe('a verdict', () => {
  it('is no conformance with one case that must hold and does not, or with some cases only', () => {
    expect(RESULT.conforms).toBe(false)
    const clean = {
      ...RUN,
      results: RUN.results.map((one) => ({ ...one, outcome: 'passed' as const })),
    }
    expect(resultOf(clean, CASES, ABOUT).conforms).toBe(true)
    expect(resultOf(clean, CASES, { ...ABOUT, whole: false }).conforms).toBe(false)
    expect(resultOf({ ...clean, started: null }, CASES, ABOUT).conforms).toBe(false)
    const errored = { ...clean, results: [{ ...clean.results[0]!, outcome: 'errored' as const }] }
    expect(resultOf(errored, CASES, ABOUT).conforms).toBe(false)
  })

  it('counts what was asked, and names what the device does not claim', () => {
    const must = CASES.filter(({ level }) => level === 'must').length
    expect(RESULT.totals.must).toEqual([must - 2, must - 1])
    expect(RESULT.without).toContain('rewind-proof')
    expect(RESULT.without).not.toContain('second-imei')
  })
})

describe('two results', () => {
  it('differ in what came out otherwise, what is new, and what is gone', () => {
    const [first, second, ...others] = RESULT.cases
    const after = {
      ...RESULT,
      caseSet: 'a'.repeat(64),
      cases: [
        { ...first!, outcome: 'failed' as const },
        ...others,
        { ...second!, id: 'SM-NEW-001' },
      ],
    }
    expect(difference(RESULT, RESULT)).toMatchObject({ added: [], deleted: [], changed: [] })
    expect(difference(RESULT, after)).toEqual({
      sameCases: false,
      sameImplementation: true,
      added: ['SM-NEW-001'],
      deleted: [second!.id],
      changed: [{ id: first!.id, from: 'passed', to: 'failed' }],
    })
  })
})

describe('the pages', () => {
  const pages = {
    report: htmlReport(RESULT),
    scoreboard: scoreboard([{ result: RESULT, signer: 'ab'.repeat(32) }]),
  }

  it.each(Object.entries(pages))('%s: no device writes markup into it', (_, page) => {
    expect(page).not.toMatch(/<script|<b>|javascript:/i)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it.each(Object.entries(pages))(
    '%s: one file, nothing fetched, readable by everybody',
    (_, page) => {
      expect(page).not.toMatch(/\b(src|href)="(?!#)/)
      expect(page).not.toMatch(/url\(|@import/)
      expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/)
      expect(page).toMatch(/<meta name="viewport"/)
      expect(page.match(/<main/g)).toHaveLength(1)
      expect(page.match(/<h1/g)).toHaveLength(1)
      for (const table of page.match(/<table[\s\S]*?<\/table>/g)!) {
        expect(table).toMatch(/<caption>/)
        expect(table.match(/<th(?![a-z])/g)).toHaveLength(table.match(/<th[^>]* scope="/g)!.length)
      }
    },
  )
})
