import { describe, expect, it } from 'vitest'
import { PROBLEMS } from './problems.ts'

const all = Object.entries(PROBLEMS)

describe('the one list of codes', () => {
  it.each(all)('%s: a status of HTTP, and a sentence for people', (code, { status, title }) => {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect([400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503]).toContain(status)
    expect(title).toMatch(/^[A-Z].{10,120}\.$/)
  })

  it('says of each something of its own', () => {
    expect(new Set(all.map(([, { title }]) => title)).size).toBe(all.length)
  })

  it('asks nobody to try again what can never succeed', () => {
    for (const [code, { status, title }] of all)
      if (/try again/.test(title)) expect([429, 503], code).toContain(status)
  })
})
