import type { RelatedCase, Shared } from '../../registry/index.ts'
import { countryName } from '../country-name.ts'
import { ageWords } from './words.ts'

/** Cases that point to each other: leads, not proof. Of another force nothing but that there is one. */
export function RelatedCases({ related }: { readonly related: readonly RelatedCase[] }) {
  if (related.length === 0) return <p class="govuk-body">None.</p>
  return (
    <>
      <ul class="govuk-list govuk-list--bullet">
        {related.map(({ force, own, shared }) => (
          <li>
            {own === null ? (
              <>
                A case of <bdi>{force}</bdi>
              </>
            ) : (
              <a class="govuk-link" href={`/desk/case/${own.id}/take`}>
                <bdi>{own.crimeReference}</bdi>
              </a>
            )}
            {`: ${shared.map(sharedWords).join('; ')}`}
          </li>
        ))}
      </ul>
      <p class="govuk-body-s">Networks are large. A lead, never proof.</p>
    </>
  )
}

function sharedWords(one: Shared): string {
  switch (one.what) {
    case 'place':
      return `network ${one.network} in ${countryName(one.country)}, ${ageWords(one.apartMs)} apart`
    case 'peer':
      return `the register ${one.reporter}, ${ageWords(one.apartMs)} apart`
    case 'part':
      return `the same part (${one.type})`
    case 'donor':
      return 'a part of the same phone'
  }
}
