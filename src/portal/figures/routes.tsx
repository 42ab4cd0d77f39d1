import { Hono } from 'hono'
import {
  LogFigures,
  appealsByForce,
  registersNow,
  sightingsByCountry,
  type Context,
} from '../../registry/index.ts'
import type { Frame } from '../frame.tsx'
import { worldOf } from '../maps/world.ts'
import type { PageEnv } from '../session.ts'
import { conformanceTable, type ConformanceRow } from './conformance.tsx'
import { csvAnswer } from '../csv.ts'
import { LONDON_FIGURES, SERIES, SOURCES } from './london.ts'
import { logRows } from './log-table.ts'
import { FiguresPage, countryOrRest, type AllFigures } from './page.tsx'
import { LEAST, grouped, shown, shownParts } from './small-numbers.ts'

/** What is counted is not counted anew for each stranger who looks. */
const SAME_FIGURES_MS = 5_000
const FEW = 'fewer than 5, or hidden beside them'

/** Figures for anybody: what was published elsewhere, and what this log shows. */
export function figuresRoutes(
  context: Context,
  frame: Frame,
  conformance: readonly ConformanceRow[],
) {
  const app = new Hono<PageEnv>()
  const log = new LogFigures(context)
  const world = worldOf(frame)
  let countedAt = -Infinity
  let counted: Promise<AllFigures> | null = null
  const figures = () => {
    const now = context.surroundings.clock()
    if (counted === null || now - countedAt >= SAME_FIGURES_MS || now < countedAt) {
      countedAt = now
      counted = countAll(context, log)
      counted.catch(() => (counted = null))
    }
    return counted
  }
  app.get('/', async (c) =>
    c.html(
      frame.page(
        { title: 'Figures' },
        <FiguresPage {...await figures()} world={world} conformance={conformance} />,
      ),
    ),
  )
  app.get('/london.csv', () =>
    csvAnswer([
      ['series', 'area', 'from', 'to', 'value', 'precision', 'definition', 'source'],
      ...LONDON_FIGURES.map(({ series, area, from, to, value, precision, sources }) => [
        series,
        area,
        from,
        to,
        value,
        precision,
        SERIES[series as keyof typeof SERIES],
        sources.map((source) => SOURCES[source]).join('; '),
      ]),
    ]),
  )
  app.get('/log.csv', async () => {
    const { rows, size } = await figures()
    return csvAnswer([
      ['name', 'value', 'definition', 'tree_size'],
      ...rows.map(({ name, value, seconds, definition }) => [
        name,
        seconds === undefined ? (value ?? FEW) : (seconds ?? 'too few'),
        definition,
        size,
      ]),
    ])
  })
  app.get('/countries.csv', async () => {
    const { countries } = await figures()
    return csvAnswer([
      ['country', 'phones'],
      ...(countries ?? [{ name: null, count: FEW }]).map(({ name, count }) => [
        countryOrRest(name),
        count,
      ]),
    ])
  })
  app.get('/appeals.csv', async () => {
    const { appeals } = await figures()
    return csvAnswer([
      ['force', 'appeals', 'late'],
      ...appeals.map(({ force, asked, overdue }) => [force, asked ?? FEW, overdue ?? FEW]),
    ])
  })
  app.get('/conformance.csv', () => csvAnswer(conformanceTable(conformance)))
  app.get('/operators.csv', async () => {
    const { registers } = await figures()
    return csvAnswer([
      ['operator', 'register', 'locks', 'p50_ms', 'p99_ms', 'behind_entries'],
      ...registers.map(({ operator, register, locks, p50Ms, p99Ms, behind }) => [
        operator,
        register,
        locks ?? FEW,
        p50Ms ?? '',
        p99Ms ?? '',
        behind,
      ]),
    ])
  })
  return app
}

async function countAll(context: Context, log: LogFigures): Promise<AllFigures> {
  const [{ figures, size }, countries, { registers, size: guarded }, appeals] = await Promise.all([
    log.now(),
    sightingsByCountry(context),
    registersNow(context),
    appealsByForce(context),
  ])
  return {
    rows: logRows(figures),
    size,
    until: new Date(figures.untilSeconds * 1000).toISOString().replace('T', ' ').slice(0, 16),
    countries: grouped(countries),
    registers: registers.map(({ operator, register, locks, p50Ms, p99Ms, size: at }) => ({
      operator,
      register,
      locks: shown(locks),
      // Of a few locks even the time would be one phone's.
      p50Ms: locks < LEAST ? null : p50Ms,
      p99Ms: locks < LEAST ? null : p99Ms,
      behind: Math.max(0, guarded - at),
    })),
    appeals: appeals.map(({ force, asked, overdue }) => {
      const { whole, parts } = shownParts(asked, [overdue, asked - overdue])
      return { force, asked: whole, overdue: parts[0] }
    }),
    logUrl: new URL('/log', context.url).href,
  }
}
