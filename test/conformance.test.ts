import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CASES, Request, SUITE, runCases, type Case, type Run } from '../src/conformance/index.ts'
import { machine } from '../src/host/index.ts'
import { BROKEN } from '../src/sim/index.ts'
import { inProcess } from './conformance-link.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-conformance-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const heard: string[] = []
const open = (partsFor?: Parameters<typeof inProcess>[0]['partsFor']) =>
  inProcess({ folder, heard, ...(partsFor && { partsFor }) })

function run(cases: readonly Case[], partsFor?: Parameters<typeof open>[0]): Promise<Run> {
  return runCases({ open: open(partsFor), cases, suite: SUITE, random: machine.random })
}

const wrong = ({ results }: Run) =>
  results
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
    .map(({ id, why }) => `${id}: ${why}`)

describe('A97 the suite and the devices that ship with it', () => {
  const areas = [...new Set(CASES.map(({ id }) => id.slice(0, 6)))]

  it.each(areas)('the reference phone passes all it can be asked of %s', async (area) => {
    const cases = CASES.filter(({ id }) => id.startsWith(area))
    const tried = await run(cases)
    expect(tried.results.map(({ id }) => id)).toEqual(cases.map(({ id }) => id))
    expect(wrong(tried)).toEqual([])
    const skipped = tried.results.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped.map(({ id }) => id)).toEqual(area === 'SM-STO' ? ['SM-STO-007'] : [])
  })

  // That each passes all others, `npm run conformance` shows, with every device a process of its own.
  it.each(BROKEN)('$name: $says, and is caught', async ({ fails, parts }) => {
    const own = CASES.filter(({ id }) => fails.includes(id))
    expect(own.map(({ id }) => id).toSorted()).toEqual([...fails].toSorted())
    const { results } = await run(own, parts)
    expect(results.filter(({ outcome }) => outcome !== 'failed')).toEqual([])
  })

  it('no area is without a device that fails in it', () => {
    const caught = new Set(BROKEN.flatMap(({ fails }) => fails))
    expect(areas.filter((area) => ![...caught].some((id) => id.startsWith(area)))).toEqual([])
  })

  it('the spec lists every case and no other', async () => {
    const spec = await readFile(new URL('../docs/spec/conformance.md', import.meta.url), 'utf8')
    const rows = [...spec.matchAll(/^\| (SM-[A-Z]{3}-[0-9]{3}) \| (\w+) \| ([^|]+) \|/gm)]
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      CASES.map(({ id, level, title }) => [id, level, title]),
    )
  })
})

describe('A97 what a device hears', () => {
  const SOME = CASES.filter(({ id }) => /^SM-(ORD-010|ORD-012|ACT-020|STO-001)$/.test(id))
  const listen = async () => {
    heard.length = 0
    await run(SOME)
    return heard.map((line) => Request.parse(JSON.parse(line)))
  }

  it('is questions and nothing else: no case, no expected answer', async () => {
    const asked = await listen()
    const text = JSON.stringify(asked)
    for (const word of ['SM-', 'expect', 'refusal', 'quorum', 'signer-set', 'token-'])
      expect(text).not.toContain(word)
  })

  it('is never the same twice: keys, numbers, orders', async () => {
    const drawn = async () =>
      (await listen()).flatMap((ask) =>
        ask.do === 'make'
          ? [ask.root, ask.serial, ...ask.imeis]
          : ask.do === 'enrol'
            ? [ask.owner, ask.statement]
            : ask.do === 'deliver'
              ? [ask.bundle]
              : [],
      )
    const first = await drawn()
    const second = new Set(await drawn())
    expect(first.length).toBeGreaterThan(20)
    expect(first.filter((value) => second.has(value))).toEqual([])
  })

  it('a refused order and an obeyed one differ in nothing but what is to be verified', async () => {
    const asked = await listen()
    const shapes = new Set(
      asked.filter((ask) => ask.do === 'deliver').map((ask) => Object.keys(ask).join()),
    )
    expect([...shapes]).toEqual(['seq,do,bundle'])
  })
})
