import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { normalised } from './testing/markup.ts'
import { NotPorted, type Options } from './testing/options.ts'
import { PORTED } from './testing/ported.tsx'

interface Fixture {
  readonly name: string
  readonly options: Options
  readonly html: string
}

const require = createRequire(import.meta.url)

describe.each(Object.entries(PORTED))(
  '%s as govuk-frontend writes it',
  (name, [atLeast, render]) => {
    const file = require.resolve(`govuk-frontend/dist/govuk/components/${name}/fixtures.json`)
    const { fixtures } = JSON.parse(readFileSync(file, 'utf8')) as { fixtures: Fixture[] }
    const compared = fixtures.flatMap((fixture) => {
      try {
        return [[fixture.name, String(render(fixture.options)), fixture.html] as const]
      } catch (reason) {
        if (reason instanceof NotPorted) return []
        throw reason
      }
    })

    it('has most of its fixtures', () => {
      expect(compared.length).toBeGreaterThanOrEqual(atLeast)
    })

    it.each(compared)('%s', (_, ours, theirs) => {
      expect(normalised(ours)).toEqual(normalised(theirs))
    })
  },
)
