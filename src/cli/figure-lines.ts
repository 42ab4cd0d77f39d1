import type { Figures, Tally } from '../core/index.ts'

/** The figures for people: one block for all, then one line for each authority and month. */
export function figureLines(figures: Figures): string[] {
  const { total, authorities, corrections, untilSeconds } = figures
  const { outstanding, releases, medianSeconds } = total
  const rows = authorities.flatMap(({ authority, months }) =>
    months.map((tally) => [authority, tally.month, ...cells(tally)]),
  )
  return [
    `until ${new Date(untilSeconds * 1000).toISOString()}`,
    `holds ${total.holds}, of them lapsed ${total.lapsed}; locks ${total.locks}; found ${total.found}; retired ${total.retired}; void ${total.void}`,
    `releases: returned ${releases.returned}, in error ${releases.issuedInError}, title passed ${releases.titlePassed}, court ${releases.court}, hold withdrawn ${releases.holdWithdrawn}`,
    `outstanding: held ${outstanding.held}, stolen ${outstanding.stolen}, recovered ${outstanding.recovered}`,
    `medians: hold to lock ${span(medianSeconds.holdToLock)}, lock to found ${span(medianSeconds.lockToFound)}, found to release ${span(medianSeconds.foundToRelease)}`,
    `corrections in error: ${corrections.length}, median ${span(medianSeconds.errorToRelease)}`,
    '',
    ...table([HEADS, ...rows]),
  ]
}

const HEADS = [
  'authority',
  'month',
  'holds',
  'locks',
  'found',
  'released',
  'in error',
  'outstanding',
  'hold→lock',
  'lock→found',
  'found→release',
]

function cells({ holds, locks, found, releases, outstanding, medianSeconds }: Tally): string[] {
  const released = Object.values(releases).reduce((sum, count) => sum + count, 0)
  const open = outstanding.held + outstanding.stolen + outstanding.recovered
  const { holdToLock, lockToFound, foundToRelease } = medianSeconds
  return [
    ...[holds, locks, found, released, releases.issuedInError, open].map(String),
    span(holdToLock),
    span(lockToFound),
    span(foundToRelease),
  ]
}

function span(seconds: number | null): string {
  if (seconds === null) return '–'
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADS.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}
