import type { AuthorityKey, AuthorityView, CappedName, Standing } from '../../registry/index.ts'
import { Pagination } from '../look/pagination.tsx'
import { WideTable } from '../look/table.tsx'
import { Tag } from '../look/tag.tsx'
import { When } from '../when.tsx'
import type { Seat } from './seat.ts'

const STANDING: Readonly<Record<Standing, string>> = {
  works: 'Works',
  waits: 'Waits',
  early: 'Begins later',
  over: 'Over',
  void: 'Voided',
}

const ACTS: Readonly<Record<AuthorityKey['acts'][number], string>> = {
  hold: 'hold',
  lock: 'block',
  found: 'record as found',
  release: 'give back',
  retire: 'take out of use',
  pair: 'confirm an honest number',
}

const KEYS: Readonly<Partial<Record<AuthorityKey['role'], string>>> = {
  national: 'National authority',
  officer: 'Officer',
  intake: 'Intake: holds on reports',
}

/** Which caps are used up, and whose keys may do what: as the public log has it, for any officer of the force. */
export function AuthorityPage({
  view,
  seat,
  now,
}: {
  readonly view: AuthorityView
  readonly seat: Seat
  readonly now: number
}) {
  const { caps, authorities, members, next } = view
  const { iss, sub } = seat.officer
  return (
    <>
      <h1 class="govuk-heading-l">Keys and caps</h1>
      <p class="govuk-body">
        Everything here stands in the public log. A cap counts the orders of the last hour and the
        last day; a higher one counts seven days after it was certified, a lower one at once.
      </p>
      <WideTable
        label="Caps"
        caption="Caps that an order of yours uses up"
        head={cells('Whose', 'Act', 'Last hour', 'Last day', 'One more', 'Who may raise it')}
        rows={caps.flatMap((name) => capRows(name))}
      />
      <WideTable
        label="Authorities"
        caption="Nation and forces"
        head={HEAD}
        rows={authorities.map((key) => keyRow(key, { now, isOwn: key.name === iss }))}
        firstCellIsHeader
      />
      <WideTable
        label="Officers"
        caption={
          <>
            {'Keys of '}
            <bdi>{iss}</bdi>
          </>
        }
        head={HEAD}
        rows={members.map((key) => keyRow(key, { now, isOwn: key.name === sub }))}
        firstCellIsHeader
      />
      {next === null ? null : (
        <Pagination
          next={{ href: `/desk/authority?${new URLSearchParams({ after: next }).toString()}` }}
          label="Keys"
        />
      )}
    </>
  )
}

const cells = (...texts: readonly string[]) => texts.map((content) => ({ content }))
const HEAD = cells('Name', 'What it is', 'May', 'Valid', 'Now', 'Entry')

function capRows({ name, raisedBy, caps }: CappedName) {
  const inUse = caps.filter(
    ({ windows, rise }) => rise !== null || windows.some(({ limit, used }) => limit + used > 0),
  )
  return inUse.map(({ act, windows, rise }) => [
    { content: <bdi>{name}</bdi> },
    { content: ACTS[act] },
    ...windows.map(({ used, limit }) => ({ content: `${used} of ${limit}` })),
    { content: <OneMore frees={windows.map(({ freesAtSeconds }) => freesAtSeconds)} /> },
    {
      content: (
        <>
          {raisedBy === 'root' ? 'the root, three of five' : <bdi>{raisedBy}</bdi>}
          {rise === null ? null : (
            <>
              {`; ${rise.cap[0]} an hour and ${rise.cap[1]} a day count from `}
              <When ms={rise.from} />
            </>
          )}
        </>
      ),
    },
  ])
}

/** When every window has room again. */
function OneMore({ frees }: { readonly frees: readonly (number | null)[] }) {
  if (frees.includes(0)) return <>not under this cap</>
  const full = frees.filter((one) => one !== null)
  if (full.length === 0) return <>now</>
  return (
    <strong>
      {'from '}
      <When ms={Math.max(...full) * 1000} />
    </strong>
  )
}

function keyRow(key: AuthorityKey, { now, isOwn }: { now: number; isOwn: boolean }) {
  const { name, role, use, acts, from, until, standing, worksFrom, leaf } = key
  const ofForce = use === 'issue' ? 'Force: certifies its officers' : 'Force: signs orders'
  return [
    {
      content: (
        <>
          <bdi>{name}</bdi>
          {isOwn ? ' (yours)' : ''}
        </>
      ),
    },
    { content: role === 'force' ? ofForce : (KEYS[role] ?? role) },
    { content: acts.map((act) => ACTS[act]).join(', ') },
    {
      content: (
        <>
          <When ms={from} /> to <When ms={until} />
        </>
      ),
    },
    {
      content: (
        <>
          <Tag>{STANDING[standing]}</Tag>
          {standing === 'waits' && worksFrom > now ? (
            <>
              {' until '}
              <When ms={worksFrom} />
            </>
          ) : null}
        </>
      ),
    },
    {
      content:
        leaf === null ? (
          'none'
        ) : (
          <a class="govuk-link" href={`/entry/${leaf}`}>
            {leaf}
            <span class="govuk-visually-hidden"> in the public log</span>
          </a>
        ),
    },
  ]
}
