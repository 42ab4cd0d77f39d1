/** Where the forces of the demonstration are; each time is shown with its zone. */
const ZONE = 'Europe/London'

const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})
const DAY = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

/** A moment in words, with its time zone: "14:05 GMT, Friday 6 February 2026". @param ms Unix time */
export const whenWords = (ms: number): string =>
  `${TIME.format(ms)}, ${DAY.format(ms).replace(',', '')}`

const OFFSET = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, timeZoneName: 'longOffset' })

/** A day as the pages show days, as ms from and until. @param day YYYY-MM-DD; null: it is no day */
export function dayBounds(day: string): { readonly from: number; readonly until: number } | null {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day) return null
  return { from: midnightAt(start), until: midnightAt(start + 86_400_000) }
}

/** The zone's midnight of the day that begins at `utc`; its clock is never changed at midnight. */
function midnightAt(utc: number): number {
  const name = OFFSET.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return utc - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** The same as an element that programs can read, too. */
export function When({ ms }: { readonly ms: number }) {
  return <time datetime={new Date(ms).toISOString()}>{whenWords(ms)}</time>
}
