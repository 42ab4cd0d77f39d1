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

/** The same as an element that programs can read, too. */
export function When({ ms }: { readonly ms: number }) {
  return <time datetime={new Date(ms).toISOString()}>{whenWords(ms)}</time>
}
