import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { toProblem, type Context } from '../registry/index.ts'
import type { Frame } from './frame.tsx'
import type { PageContext } from './session.ts'

/** Where nothing better is known: it is busy, it starts. */
const RETRY_AFTER_SECONDS = 2

/** An error as a page: one sentence, what can be done, and the code for whoever is asked about it. */
export function problemPage(c: PageContext, context: Context, frame: Frame, error: unknown) {
  const { code, title, status, facts } = toProblem(error, context.logger)
  if (status === 429 || status === 503)
    c.header('retry-after', String(facts?.['retryAfterSeconds'] ?? RETRY_AFTER_SECONDS))
  return c.html(
    frame.page(
      { title: 'There is a problem' },
      <>
        <h1 class="govuk-heading-l">There is a problem</h1>
        <p class="govuk-body">{title}</p>
        <p class="govuk-body">Nothing was changed. Go back, or try again in a moment.</p>
        <p class="govuk-body-s">
          {'Code: '}
          <a class="govuk-link" href={`/problems/${code}`}>
            {code}
          </a>
        </p>
      </>,
    ),
    status as ContentfulStatusCode,
  )
}

/** Nothing of ours is at this address. */
export function notFoundPage(c: PageContext, frame: Frame) {
  const title = 'Page not found'
  return c.html(
    frame.page(
      { title },
      <>
        <h1 class="govuk-heading-l">{title}</h1>
        <p class="govuk-body">If you typed the address, see whether it is right.</p>
        <p class="govuk-body">
          You can{' '}
          <a class="govuk-link" href="/check">
            check a phone
          </a>
          ,{' '}
          <a class="govuk-link" href="/report">
            report yours stolen
          </a>{' '}
          or go to the{' '}
          <a class="govuk-link" href="/">
            start page
          </a>
          .
        </p>
      </>,
    ),
    404,
  )
}
