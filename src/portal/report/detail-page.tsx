import type { Detail } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { Textarea } from '../look/textarea.tsx'
import { DETAIL_PAGES } from './details.ts'

/** One optional question after the hold. */
export function DetailPage({
  detail,
  path,
  text,
  error,
}: {
  readonly detail: Detail
  readonly path: string
  readonly text: string
  readonly error: string | null
}) {
  const { title, hint, isLong } = DETAIL_PAGES[detail]
  const field = {
    name: 'text',
    label: { content: title, isPageHeading: true, classes: 'govuk-label--l' },
    hint,
    error,
    value: text,
    autocomplete: 'off',
  }
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#text' }]} />}
      <form method="post" action={path} novalidate>
        {isLong ? <Textarea {...field} /> : <Input {...field} />}
        <Button>Save and go back</Button>
      </form>
    </>
  )
}
