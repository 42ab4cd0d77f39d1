import type { CapReached } from '../../registry/index.ts'
import { WarningText } from '../look/text.tsx'
import { When } from '../when.tsx'

/** Which cap stops a lock now, when it frees, and who may raise it. */
export function CapWarning({ cap }: { readonly cap: CapReached }) {
  const { authority, limit, window, freesAt, raisedBy } = cap
  return (
    <WarningText>
      {'The cap of '}
      <bdi>{authority}</bdi>
      {` is used up: ${limit} ${limit === 1 ? 'lock' : 'locks'} in ${window === 'hour' ? 'an hour' : 'a day'}. `}
      {freesAt === null ? (
        'It does not free by itself. '
      ) : (
        <>
          {'It frees at '}
          <When ms={freesAt} />
          {'. '}
        </>
      )}
      {raisedBy === null ? (
        'The holders of the root keys may raise it'
      ) : (
        <>
          <bdi>{raisedBy}</bdi>
          {' may raise it'}
        </>
      )}
      {', which counts after seven days. The case waits; nothing is lost.'}
    </WarningText>
  )
}
