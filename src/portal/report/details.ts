import type { Detail } from '../../registry/index.ts'

/** What is asked after the hold, a page each: none of it is needed. */
export const DETAIL_PAGES: Readonly<
  Record<Detail, { readonly title: string; readonly hint: string; readonly isLong: boolean }>
> = {
  place: {
    title: 'Where did it happen?',
    hint: 'A street, a station, a bus line. Roughly is fine.',
    isLong: false,
  },
  how: {
    title: 'How did it happen?',
    hint: 'When, what was said or done, who saw it.',
    isLong: true,
  },
  purchase: {
    title: 'How can you show that it is yours?',
    hint: 'Shop and date, an order number, a contract. Do not type card numbers or passwords.',
    isLong: true,
  },
  insurer: {
    title: 'Is it insured?',
    hint: 'Name of the insurer, and the number of the policy if you know it.',
    isLong: false,
  },
}

export const isDetail = (name: string): name is Detail => Object.hasOwn(DETAIL_PAGES, name)
