import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface Cell {
  readonly content: Child
  readonly format?: 'numeric' | undefined
  readonly classes?: string | undefined
  readonly colspan?: number | undefined
  readonly rowspan?: number | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

export interface TableProps extends Base {
  readonly caption?: Child
  readonly captionClasses?: string | undefined
  readonly head?: readonly Cell[] | undefined
  readonly rows: readonly (readonly Cell[])[]
  readonly firstCellIsHeader?: boolean | undefined
}

export function Table(props: TableProps) {
  const { caption, captionClasses, head, rows, firstCellIsHeader = false } = props
  return (
    <table class={cx('govuk-table', props.classes)} {...props.attributes}>
      {caption === undefined ? null : (
        <caption class={cx('govuk-table__caption', captionClasses)}>{caption}</caption>
      )}
      {head ? (
        <thead class="govuk-table__head">
          <tr class="govuk-table__row">
            {head.map((cell) => (
              <th scope="col" class={headerClass(cell)} {...spans(cell)}>
                {cell.content}
              </th>
            ))}
          </tr>
        </thead>
      ) : null}
      <tbody class="govuk-table__body">
        {rows.map((row) => (
          <tr class="govuk-table__row">
            {row.map((cell, i) =>
              i === 0 && firstCellIsHeader ? (
                <th scope="row" class={cx('govuk-table__header', cell.classes)} {...spans(cell)}>
                  {cell.content}
                </th>
              ) : (
                <td
                  class={cx(
                    'govuk-table__cell',
                    cell.format && `govuk-table__cell--${cell.format}`,
                    cell.classes,
                  )}
                  {...spans(cell)}
                >
                  {cell.content}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A table that may be wider than a narrow screen: it scrolls in a region of its own, reachable by keyboard. */
export function WideTable({ label, ...table }: TableProps & { readonly label: string }) {
  return (
    <div class="app-scroll" role="region" aria-label={label} tabindex={0}>
      <Table {...table} />
    </div>
  )
}

const headerClass = ({ format, classes }: Cell) =>
  cx('govuk-table__header', format && `govuk-table__header--${format}`, classes)

const spans = ({ colspan, rowspan, attributes }: Cell) => ({
  ...(colspan !== undefined && { colspan }),
  ...(rowspan !== undefined && { rowspan }),
  ...attributes,
})
