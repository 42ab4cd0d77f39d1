import { cx, type Base } from './attributes.ts'

export interface LanguageItem {
  readonly text: string
  readonly lang: string
  /** None: the page is in this language. */
  readonly href?: string | undefined
  readonly dir?: 'ltr' | 'rtl' | undefined
}

export function LanguageNavigation({
  label = 'Language',
  items,
  classes,
  attributes,
}: Base & { readonly label?: string | undefined; readonly items: readonly LanguageItem[] }) {
  return (
    <nav class={cx('govuk-language-navigation', classes)} {...attributes} aria-label={label}>
      <ul class="govuk-language-navigation__list">
        {items.map(({ text, lang, href, dir }) => (
          <li class="govuk-language-navigation__list-item">
            {href === undefined ? (
              <span
                class="govuk-language-navigation__text"
                aria-current="true"
                lang={lang}
                dir={dir}
              >
                {text}
              </span>
            ) : (
              <a
                class="govuk-language-navigation__link"
                href={href}
                rel="alternate"
                lang={lang}
                hreflang={lang}
                dir={dir}
              >
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  )
}
