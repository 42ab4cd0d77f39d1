import { maskImei, parseImei } from '../../core/index.ts'
import type { CaseAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import { cloneCases } from '../clients/clones.ts'
import { print } from '../out.ts'
import { sitDown, type Common } from './officer.ts'

type Clone = z.infer<typeof CaseAnswer>['clones'][number]

/** What signs there are of numbers worn by several phones: the cases, or one of them. */
export async function clones(options: Common & { case?: string }): Promise<void> {
  const { desk } = await sitDown(options, 'officer-1')
  const json = options.json ?? false
  if (options.case === undefined) {
    const cases = await cloneCases(desk)
    const lines = cases.map(({ id, state }) => `${id}  ${state}`)
    return print(json, { cases }, lines.join('\n') || 'No signs of clones.')
  }
  const found = await desk.case(options.case)
  print(json, found, found.clones.map(told).join('\n') || 'No signs of clones in this case.')
}

/** Told without the number: whoever needs it asks for JSON. */
function told({ imei, subscribers, keys, signals, conflict }: Clone): string {
  const lines = signals.map(({ why, last, reporter, selfReported, places }) => {
    const where = places.map(({ country, network }) => `${country} ${network ?? ''}`.trim())
    const basis = selfReported ? 'self-reported' : 'attested'
    return `  ${last}  ${why} (${basis}), by ${reporter}${where.length > 0 ? `: ${where.join(', ')}` : ''}`
  })
  return [
    `${maskImei(parseImei(imei).imei14)}: ${subscribers} subscribers in a day at most, ${keys} hardware keys`,
    ...lines,
    ...(conflict ? ['  Log the conflict with: stolen-mode officer conflict --case …'] : []),
  ].join('\n')
}
