import type { RelyingParty, Tac } from '../src/core/index.ts'
import type { NoteSigner } from '../src/host/index.ts'
import {
  DEMO_COUNTRY,
  foundWorld,
  type FoundedCountry,
  type Founding,
  type PolicyMember,
} from '../src/sim/index.ts'

/** Where another country's registry and log are. */
export interface Abroad {
  readonly country: string
  readonly log: NoteSigner
  /** Base URL of the registry. */
  readonly url: string
}

interface Plan {
  /** Unix seconds. */
  readonly now: number
  readonly log: NoteSigner
  readonly registryUrl: string
  readonly witness: Omit<PolicyMember, 'name'>
  readonly guardian: Omit<PolicyMember, 'name'>
  readonly capPerHour: number
  readonly operators: number
  readonly tac: Tac
  readonly abroad: Abroad | null
  /** Where the pages are served; null: a test asks them without a socket. */
  readonly pagesPort: number | null
}

/** Pages as a browser on this machine sees them. */
const pagesAt = (port: number | null): readonly RelyingParty[] =>
  ['owner', 'officer'].map((role) => ({
    role,
    rpId: 'localhost',
    origins: [port === null ? 'http://localhost' : `http://localhost:${port}`],
  }))

/** The ceremony of a world's own country and, where there is one, of the country abroad. */
export function foundWith(plan: Plan): {
  readonly founding: Founding
  readonly neighbour: FoundedCountry | null
} {
  const { now, log, registryUrl, capPerHour, operators, tac, abroad } = plan
  const logs = [{ country: DEMO_COUNTRY, log, url: registryUrl }, ...(abroad ? [abroad] : [])]
  const { root, rootKeys, countries } = foundWorld({
    now,
    relyingParties: pagesAt(plan.pagesPort),
    countries: logs.map(({ country, log: { key }, url }) => ({
      country,
      log: { key, url: `${url}/log` },
      capPerHour,
      officers: 3,
      operators,
      tacs: [tac],
    })),
    witnesses: [{ name: 'witness', ...plan.witness }],
    guardians: [{ name: 'guardian', ...plan.guardian }],
  })
  const [own, neighbour = null] = countries
  return { founding: { ...own!, root, rootKeys }, neighbour }
}
