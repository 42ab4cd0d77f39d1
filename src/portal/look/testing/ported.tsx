import { raw } from 'hono/html'
import { ExitThisPage, NotificationBanner, Panel, PhaseBanner } from '../banners.tsx'
import { Button } from '../button.tsx'
import { Checkboxes, Radios } from '../choices.tsx'
import { DateInput } from '../date-input.tsx'
import { Details } from '../details.tsx'
import { ErrorSummary } from '../error-summary.tsx'
import { ErrorMessage, Hint, Label } from '../field.tsx'
import { Fieldset } from '../fieldset.tsx'
import { FileUpload } from '../file-upload.tsx'
import { GenericHeader } from '../generic-header.tsx'
import { Input } from '../input.tsx'
import { LanguageNavigation } from '../language-navigation.tsx'
import { BackLink, SkipLink } from '../links.tsx'
import { Pagination } from '../pagination.tsx'
import { Select } from '../select.tsx'
import { ServiceNavigation } from '../service-navigation.tsx'
import { SummaryList } from '../summary-list.tsx'
import { Table } from '../table.tsx'
import { Tag } from '../tag.tsx'
import { TaskList } from '../task-list.tsx'
import { InsetText, WarningText } from '../text.tsx'
import { Textarea } from '../textarea.tsx'
import {
  BASE,
  FIELD,
  NotPorted,
  WORDS,
  actions,
  base,
  cell,
  choices,
  error,
  field,
  label,
  legend,
  list,
  missing,
  only,
  status,
  text,
  words,
  type Options,
} from './options.ts'

/** By component: how its fixtures are written here, and how many of them there are at least. */
export const PORTED: Record<string, readonly [atLeast: number, render: (o: Options) => unknown]> = {
  'back-link': [
    4,
    (o) => (
      <BackLink {...base(only(o, 'href', ...WORDS, ...BASE))} href={o['href'] ?? '#'}>
        {words(o) ?? 'Back'}
      </BackLink>
    ),
  ],
  button: [
    15,
    (o) => (
      <Button
        {...base(
          only(
            o,
            'type',
            'value',
            'name',
            'id',
            'href',
            'disabled',
            'isStartButton',
            'preventDoubleClick',
            ...WORDS,
            ...BASE,
          ),
        )}
        type={o['type']}
        value={o['value']}
        name={o['name']}
        id={o['id']}
        href={o['href']}
        isDisabled={o['disabled']}
        isStart={o['isStartButton']}
        preventsDoubleClick={o['preventDoubleClick']}
      >
        {o['isStartButton'] && o['html'] ? <span>{words(o)}</span> : words(o)}
      </Button>
    ),
  ],
  checkboxes: [20, (o) => <Checkboxes {...choices(o)} values={o['values']} />],
  'date-input': [
    4,
    (o) => (
      <DateInput
        {...base(
          only(o, 'id', 'namePrefix', 'fieldset', 'hint', 'errorMessage', 'values', ...BASE),
        )}
        id={o['id']!}
        namePrefix={o['namePrefix']}
        legend={o['fieldset'] && legend(only(o['fieldset'], 'legend')['legend'])}
        hint={text(o['hint'])}
        error={error(o['errorMessage'])}
        values={o['namePrefix'] && o['values'] ? missing('values') : o['values']}
      />
    ),
  ],
  details: [
    8,
    (o) => (
      <Details
        {...base(only(o, 'id', 'open', 'summaryText', 'summaryHtml', ...WORDS, ...BASE))}
        id={o['id']}
        isOpen={o['open']}
        summary={o['summaryHtml'] ? raw(o['summaryHtml']) : o['summaryText']}
      >
        {words(o)}
      </Details>
    ),
  ],
  'error-message': [
    6,
    (o) => (
      <ErrorMessage
        {...base(only(o, 'id', 'visuallyHiddenText', ...WORDS, ...BASE))}
        id={o['id']}
        hiddenText={o['visuallyHiddenText'] === undefined ? 'Error' : o['visuallyHiddenText'] || ''}
      >
        {words(o)}
      </ErrorMessage>
    ),
  ],
  'error-summary': [
    6,
    (o) => (
      <ErrorSummary
        {...base(only(o, 'titleText', 'descriptionText', 'errorList', ...BASE))}
        title={o['titleText']}
        description={o['descriptionText']}
        errors={list(o['errorList']).map((e) => only(e, 'text', 'href') as never)}
      />
    ),
  ],
  'exit-this-page': [
    2,
    (o) => (
      <ExitThisPage
        {...base(only(o, 'id', 'redirectUrl', 'text', ...BASE))}
        id={o['id']}
        redirectUrl={o['redirectUrl'] ?? 'https://www.bbc.co.uk/weather'}
      >
        {o['text']}
      </ExitThisPage>
    ),
  ],
  fieldset: [
    5,
    (o) => (
      <Fieldset
        {...base(only(o, 'legend', 'role', 'describedBy', 'html', ...BASE))}
        legend={legend(o['legend'])}
        role={o['role']}
        describedBy={o['describedBy']}
      >
        {words(o)}
      </Fieldset>
    ),
  ],
  'file-upload': [
    8,
    (o) => <FileUpload {...field(only(o, 'multiple', ...FIELD))} isMultiple={o['multiple']} />,
  ],
  'generic-header': [
    3,
    (o) => (
      <GenericHeader
        {...base(only(o, 'url', 'logoText', 'logoHtml', ...BASE))}
        url={o['url']}
        logo={o['logoHtml'] ? raw(o['logoHtml']) : o['logoText']}
      />
    ),
  ],
  hint: [
    5,
    (o) => (
      <Hint {...base(only(o, 'id', ...WORDS, ...BASE))} id={o['id']}>
        {words(o)}
      </Hint>
    ),
  ],
  input: [
    25,
    (o) => (
      <Input
        {...field(
          only(
            o,
            'type',
            'value',
            'autocomplete',
            'autocapitalize',
            'inputmode',
            'spellcheck',
            'pattern',
            'disabled',
            'prefix',
            'suffix',
            ...FIELD,
          ),
        )}
        type={o['type']}
        value={o['value'] === undefined ? undefined : String(o['value'])}
        autocomplete={o['autocomplete']}
        autocapitalize={o['autocapitalize']}
        inputmode={o['inputmode']}
        spellcheck={o['spellcheck']}
        pattern={o['pattern']}
        isDisabled={o['disabled']}
        prefix={text(o['prefix'])}
        suffix={text(o['suffix'])}
      />
    ),
  ],
  'inset-text': [
    5,
    (o) => (
      <InsetText {...base(only(o, 'id', ...WORDS, ...BASE))} id={o['id']}>
        {words(o)}
      </InsetText>
    ),
  ],
  label: [
    2,
    (o) =>
      words(o) === undefined ? '' : <Label label={label(o)} for={o['for'] ?? missing('for')} />,
  ],
  'language-navigation': [
    6,
    (o) => (
      <LanguageNavigation
        {...base(only(o, 'ariaLabel', 'items', ...BASE))}
        label={o['ariaLabel']}
        items={list(o['items']).map((item) => {
          const { current, ...rest } = only(item, 'text', 'lang', 'href', 'dir', 'current')
          return (current ? { ...rest, href: undefined } : rest) as never
        })}
      />
    ),
  ],
  'notification-banner': [
    4,
    (o) => (
      <NotificationBanner
        {...base(only(o, 'type', 'titleText', ...WORDS, ...BASE))}
        type={o['type'] === 'success' ? 'success' : undefined}
        title={o['titleText']}
        heading={o['html'] ? undefined : o['text']}
      >
        {o['html'] ? words(o) : undefined}
      </NotificationBanner>
    ),
  ],
  pagination: [
    3,
    (o) => (
      <Pagination
        {...base(only(o, 'previous', 'next', 'landmarkLabel', ...BASE))}
        label={o['landmarkLabel']}
        previous={o['previous'] && (only(o['previous'], 'href', 'text') as never)}
        next={o['next'] && (only(o['next'], 'href', 'text') as never)}
      />
    ),
  ],
  panel: [
    5,
    (o) => {
      if (String(o['classes']).includes('interruption')) throw new NotPorted('interruption')
      return (
        <Panel
          {...base(only(o, 'titleText', 'titleHtml', 'headingLevel', ...WORDS, ...BASE))}
          title={o['titleHtml'] ? raw(o['titleHtml']) : o['titleText']}
          headingLevel={o['headingLevel']}
        >
          {words(o)}
        </Panel>
      )
    },
  ],
  'phase-banner': [
    4,
    (o) => (
      <PhaseBanner {...base(only(o, 'tag', ...WORDS, ...BASE))} tag={text(o['tag'])}>
        {words(o)}
      </PhaseBanner>
    ),
  ],
  radios: [20, (o) => <Radios {...choices(o)} value={o['value']} />],
  select: [
    10,
    (o) => (
      <Select
        {...field(only(o, 'items', 'value', ...FIELD))}
        value={o['value'] === undefined ? undefined : String(o['value'])}
        options={list(o['items']).map((item) => ({
          text: only(item, 'text', 'value', 'disabled')['text']!,
          value: item['value'] === undefined ? undefined : String(item['value']),
          isDisabled: item['disabled'],
        }))}
      />
    ),
  ],
  'service-navigation': [
    4,
    (o) => (
      <ServiceNavigation
        {...base(
          only(
            o,
            'serviceName',
            'serviceUrl',
            'navigation',
            'ariaLabel',
            'menuButtonText',
            ...BASE,
          ),
        )}
        name={o['serviceName'] ?? missing('serviceName')}
        url={o['serviceUrl']}
        label={o['ariaLabel']}
        menu={o['menuButtonText']}
        items={list(o['navigation']).map((item) => ({
          text: only(item, 'text', 'href', 'current', 'active')['text']!,
          href: item['href'] ?? missing('href'),
          isCurrent: item['current'],
          isActive: item['active'],
        }))}
      />
    ),
  ],
  'skip-link': [
    5,
    (o) => (
      <SkipLink {...base(only(o, 'href', ...WORDS, ...BASE))} href={o['href'] || undefined}>
        {words(o)}
      </SkipLink>
    ),
  ],
  'summary-list': [
    10,
    (o) => (
      <SummaryList
        {...base(only(o, 'rows', 'card', ...BASE))}
        card={
          o['card'] && {
            title: only(only(o['card'], 'title', 'actions')['title']!, 'text')['text']!,
            actions: actions(o['card']['actions']),
          }
        }
        rows={list(o['rows']).map((row) => ({
          key: text(only(row, 'key', 'value', 'actions', 'classes')['key']),
          value: text(row['value']),
          actions: actions(row['actions']),
          classes: row['classes'],
        }))}
      />
    ),
  ],
  table: [
    10,
    (o) => (
      <Table
        {...base(
          only(o, 'caption', 'captionClasses', 'head', 'rows', 'firstCellIsHeader', ...BASE),
        )}
        caption={o['caption']}
        captionClasses={o['captionClasses']}
        head={o['head'] && list(o['head']).map(cell)}
        rows={list(o['rows']).map((row) => list(row).map(cell))}
        firstCellIsHeader={o['firstCellIsHeader']}
      />
    ),
  ],
  tag: [10, (o) => <Tag {...base(only(o, ...WORDS, ...BASE))}>{words(o)}</Tag>],
  'task-list': [
    4,
    (o) => (
      <TaskList
        {...base(only(o, 'idPrefix', 'items', ...BASE))}
        idPrefix={o['idPrefix']}
        tasks={list(o['items']).map((item) => ({
          title: text(only(item, 'title', 'href', 'hint', 'status')['title']),
          href: item['href'],
          hint: text(item['hint']),
          status: status(item['status']!),
        }))}
      />
    ),
  ],
  textarea: [
    14,
    (o) => (
      <Textarea
        {...field(only(o, 'value', 'rows', 'autocomplete', 'spellcheck', ...FIELD))}
        value={o['value']}
        rows={o['rows']}
        autocomplete={o['autocomplete']}
        spellcheck={o['spellcheck']}
      />
    ),
  ],
  'warning-text': [
    6,
    (o) => (
      <WarningText
        {...base(only(o, 'iconFallbackText', ...WORDS, ...BASE))}
        fallback={o['iconFallbackText']}
      >
        {words(o)}
      </WarningText>
    ),
  ],
}
