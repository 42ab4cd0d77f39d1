import { withCheckDigit } from '../../core/index.ts'
import type { PoliceRequest } from '../../registry/index.ts'
import { SummaryList } from '../look/summary-list.tsx'
import { When } from '../when.tsx'
import { HAPPENED_WORDS } from './obtained.ts'

/** What the owner of a phone without a card says. */
export function RequestSays({ request }: { readonly request: PoliceRequest }) {
  const { others } = request
  return (
    <SummaryList
      rows={[
        { key: 'Left', value: <When ms={request.at} /> },
        { key: 'Name', value: <bdi>{request.name}</bdi> },
        { key: 'Telephone number', value: <bdi class="app-number">{request.number}</bdi> },
        {
          key: 'Others named the same number',
          value: others === 0 ? 'None' : others === 1 ? '1 other request' : `${others} others`,
        },
        { key: 'Operator', value: <bdi>{request.operator}</bdi> },
        { key: 'What happened', value: HAPPENED_WORDS[request.why] ?? '' },
        { key: 'When', value: <bdi>{request.happened}</bdi> },
        { key: 'How to reach', value: request.reach === '' ? 'Not told' : request.reach },
        {
          key: 'IMEI, as the owner says',
          value:
            request.imei === null ? (
              'Not told'
            ) : (
              <bdi class="app-number">{withCheckDigit(request.imei)}</bdi>
            ),
        },
      ]}
    />
  )
}
