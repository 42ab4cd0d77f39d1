import { FEATURES, type Feature } from '../protocol.ts'
import type { Result } from '../result.ts'
import { NOT_PROVED } from '../statement.ts'
import { byArea, byDemand, caseOf, verdict } from './groups.ts'

/** The result for people at a terminal. */
export function textReport(result: Result): string {
  const { implementation, suite, caseSet, protocol, at, without, totals } = result
  const { name, version, store } = implementation ?? { name: '–', version: '–', store: '–' }
  const levels = Object.entries(totals)
    .filter(([, [, asked]]) => asked > 0)
    .map(([level, [passed, asked]]) => `${level} ${passed}/${asked}`)
  const amiss = result.cases.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
  const lines = [
    verdict(result),
    '',
    `device    ${name} ${version}, secure store: ${store}`,
    `suite     ${suite}, protocol ${protocol}, cases ${caseSet.slice(0, 16)}`,
    `when      ${at}`,
    `passed    ${levels.join(' · ')}`,
    ...without.map((feature) => `without   ${feature}: ${FEATURES[feature as Feature] ?? ''}`),
    '',
    ...byArea(result).map(
      ({ key, name: area, passed, asked, skipped }) =>
        `${key}  ${area.padEnd(22)} ${String(passed).padStart(3)}/${asked}${skipped ? `, ${skipped} skipped` : ''}`,
    ),
    '',
    ...byDemand(result).map(
      ({ key, name: demand, passed, asked }) =>
        `demand ${key.padStart(2)}  ${String(passed).padStart(3)}/${String(asked).padEnd(3)}  ${demand}`,
    ),
    '',
    ...amiss.flatMap(({ id, outcome, why }) => [
      `${id} ${outcome}: ${caseOf(id)?.title ?? ''}`,
      `    ${why ?? ''}`,
    ]),
    ...(amiss.length > 0 ? [''] : []),
    'What passing does not prove:',
    ...NOT_PROVED.map((sentence) => `- ${sentence}`),
  ]
  return `${lines.join('\n')}\n`
}
