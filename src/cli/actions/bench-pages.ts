import { measurePages, type PagesMeasured, type Quantiles } from '../bench/pages.ts'
import { EXIT, print, say } from '../out.ts'

const TARGET = { pageP95Ms: 50, checkP95Ms: 20 }

interface Options {
  readonly devices: number
  readonly json?: boolean
}

/** What the server spends on each page and on a check, and that a hit takes no longer than a miss. */
export async function benchPages({ devices, json = false }: Options): Promise<void> {
  say(`An embedded database with ${devices} phones is made, then every page asked for …`)
  const measured = await measurePages(devices)
  const pages = Object.values(measured.pages)
  const checks = Object.values(measured.checks)
  const ok =
    pages.every(({ p95 }) => p95 < TARGET.pageP95Ms) &&
    checks.every(({ p95 }) => p95 < TARGET.checkP95Ms)
  print(json, { ok, target: TARGET, ...measured }, text(measured))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

function text({ devices, bare, pages, checks }: PagesMeasured): string {
  const line = (name: string, { p50, p95 }: Quantiles, more = '') =>
    `${name.padEnd(26)} p50 ${p50.toFixed(2).padStart(7)} ms   p95 ${p95.toFixed(2).padStart(7)} ms${more}`
  return [
    `${devices} enrolled phones, embedded database; time in the server`,
    line('bare framework', bare),
    ...Object.entries(pages).map(([path, times]) => line(path, times)),
    ...Object.entries(checks).map(([kind, times]) => line(`check, ${kind}`, times)),
    `targets: p95 below ${TARGET.pageP95Ms} ms a page, ${TARGET.checkP95Ms} ms a check`,
  ].join('\n')
}
