import { cx, type Base } from './attributes.ts'

export interface NavigationItem {
  readonly text: string
  readonly href: string
  /** This page, or the part of the service it is in. */
  readonly isCurrent?: boolean | undefined
  readonly isActive?: boolean | undefined
}

/** What the service is called and its parts. Without JavaScript it is a list on narrow screens. */
export function ServiceNavigation({
  name,
  url,
  items = [],
  label = 'Service information',
  menu = 'Menu',
  classes,
  attributes,
}: Base & {
  readonly name: string
  readonly url?: string | undefined
  readonly items?: readonly NavigationItem[] | undefined
  readonly label?: string | undefined
  readonly menu?: string | undefined
}) {
  return (
    <section
      aria-label={label}
      class={cx('govuk-service-navigation', classes)}
      data-module="govuk-service-navigation"
      {...attributes}
    >
      <div class="govuk-width-container">
        <div class="govuk-service-navigation__container">
          <span class="govuk-service-navigation__service-name">
            {url === undefined ? (
              <span class="govuk-service-navigation__text">{name}</span>
            ) : (
              <a href={url} class="govuk-service-navigation__link">
                {name}
              </a>
            )}
          </span>
          {items.length === 0 ? null : (
            <nav aria-label={menu} class="govuk-service-navigation__wrapper">
              {items.length === 1 ? null : (
                <button
                  type="button"
                  class="govuk-service-navigation__toggle govuk-js-service-navigation-toggle"
                  aria-controls="navigation"
                  hidden
                  aria-hidden="true"
                >
                  {menu}
                </button>
              )}
              <ul class="govuk-service-navigation__list" id="navigation">
                {items.map((item) => (
                  <Item {...item} />
                ))}
              </ul>
            </nav>
          )}
        </div>
      </div>
    </section>
  )
}

function Item({ text, href, isCurrent = false, isActive = false }: NavigationItem) {
  const isHere = isCurrent || isActive
  return (
    <li
      class={cx(
        'govuk-service-navigation__item',
        isHere && 'govuk-service-navigation__item--active',
      )}
    >
      <a
        class="govuk-service-navigation__link"
        href={href}
        aria-current={isHere ? (isCurrent ? 'page' : 'true') : undefined}
      >
        {isHere ? <strong class="govuk-service-navigation__active-fallback">{text}</strong> : text}
      </a>
    </li>
  )
}
