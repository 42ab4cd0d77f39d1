import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeLogger } from '../../host/index.ts'
import type { Context } from '../../registry/index.ts'
import { Assets } from '../assets.ts'
import { Frame } from '../frame.tsx'
import { DEMONSTRATION } from '../theme.ts'
import type { PageEnv } from '../session.ts'
import type { LabView } from './lab-view.ts'
import { labRoutes } from './routes.tsx'

const EVIL = '<script>alert(1)</script>'
const view: LabView = {
  phase: 'stolen',
  doing: null,
  said: EVIL,
  phones: [
    {
      serial: EVIL,
      imei: '001017010000019',
      glass: { kind: 'stolen', title: EVIL, lines: [EVIL], emergency: ['112'] },
      answer: 'BLACKLISTED',
      role: 'snatched',
      screenUrl: 'http://127.0.0.1:1/glass',
    },
  ],
  card: null,
  deeds: [],
  parts: [],
  tricks: [{ id: 'one', attack: 'A01', name: EVIL, outcome: null }],
  attempts: 0,
  usable: 0,
}

let pressed: string[]
let app: Hono<PageEnv>
beforeEach(() => {
  pressed = []
  const lab = {
    look: () => Promise.resolve(view),
    press: (button: string) => {
      pressed.push(button)
      return Promise.resolve()
    },
  }
  const context = { logger: makeLogger('test', 'silent') } as Context
  app = new Hono<PageEnv>()
  app.route('/lab', labRoutes(context, new Frame(DEMONSTRATION, new Assets()), lab))
})

const post = (button: string, headers: Record<string, string> = {}) =>
  app.request('/lab', { method: 'POST', body: new URLSearchParams({ button }), headers })

describe('the page', () => {
  it('A71: presses nothing when it is looked at, and for no other site', async () => {
    for (const path of ['/lab?button=again', '/lab/live?button=again']) {
      const answer = await app.request(path)
      expect(answer.status).toBe(200)
      await answer.body?.cancel()
    }
    expect((await post('again', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(pressed).toEqual([])
    expect((await post('again')).headers.get('location')).toBe('/lab')
    expect(pressed).toEqual(['again'])
  })

  it('A76: shows text as text, whole and live', async () => {
    const page = await (await app.request('/lab')).text()
    expect(page).not.toContain(EVIL)
    const reader = (await app.request('/lab/live')).body!.getReader()
    const { value } = await reader.read()
    await reader.cancel()
    const live = new TextDecoder().decode(value)
    expect(live).toContain('&lt;script&gt;')
    expect(live).not.toContain(EVIL)
  })

  it('A77: a field without end is no button', async () => {
    expect((await post('x'.repeat(1_000_000))).status).toBe(413)
    expect((await post('x'.repeat(100))).status).toBe(400)
    expect(pressed).toEqual([])
  })
})

describe('watching', () => {
  it('A73: is for so many at once, and whoever leaves makes room', async () => {
    const watchers = await Promise.all(
      Array.from({ length: 32 }, async () => app.request('/lab/live')),
    )
    expect(watchers.every(({ status }) => status === 200)).toBe(true)
    const late = await app.request('/lab/live')
    expect(late.status).toBe(503)
    expect(late.headers.get('retry-after')).toBe('2')
    await Promise.all(watchers.map(({ body }) => body!.cancel()))
    await expect
      .poll(async () => {
        const next = await app.request('/lab/live')
        await next.body?.cancel()
        return next.status
      })
      .toBe(200)
  })
})
