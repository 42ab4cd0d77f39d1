import {
  coseSign,
  encodeDocument,
  rootPayload,
  type RelyingParty,
  type RootDocument,
  type Signer,
} from '../../core/index.ts'
import { generateEs256 } from '../es256.ts'
import {
  certificatesOf,
  foundCountry,
  recognisedAbroad,
  type CountryKeys,
  type CountryPlan,
} from './country.ts'
import { policyText, type PlannedLog, type PolicyPlan } from './policy.ts'

/** ISO 3166 user-assigned: no country. */
export const DEMO_COUNTRY = 'ZZ'

const YEAR = 365 * 86_400

interface RootKey {
  readonly signer: Signer
  readonly pem: string
}

export interface WorldPlan extends Omit<PolicyPlan, 'logs'> {
  /** Unix seconds. */
  readonly now: number
  /** Pages that may ask passkeys for signatures; none where it is left out. */
  readonly relyingParties?: readonly RelyingParty[]
  readonly countries: readonly (CountryPlan & { readonly log: PlannedLog })[]
}

/** A country of a world, and what its log begins with. */
export interface FoundedCountry extends CountryKeys {
  /** Certificates to log, issuers first: the country's own, then those of all others it recognises. */
  readonly certificates: readonly Uint8Array[]
}

export interface FoundedWorld {
  /** The signed root document every party of every country is given. */
  readonly root: Uint8Array
  readonly rootKeys: readonly RootKey[]
  readonly countries: readonly FoundedCountry[]
}

/**
 * The founding ceremony of several countries under one root: five root keys, an authority and a log
 * per country, and all of them recognised by each other, so that nobody has to wait for it later.
 */
export function foundWorld(plan: WorldPlan): FoundedWorld {
  const rootKeys = Array.from({ length: 5 }, () => generateEs256())
  const signers = rootKeys.slice(0, 3).map(({ signer }) => signer)
  const policy = { ...plan, logs: plan.countries.map(({ log }) => log) }
  const root: RootDocument = {
    version: 1,
    expires: plan.now + 5 * YEAR,
    keys: rootKeys.map(({ signer }) => signer.key),
    threshold: 3,
    guardedPolicy: policyText(policy, true),
    plainPolicy: policyText(policy, false),
    relyingParties: plan.relyingParties ?? [],
    listVersion: 1,
  }
  const countries = plan.countries.map((country) => foundCountry(country, plan.now, signers))
  return {
    root: encodeDocument(coseSign('application/stolen-root+cbor', rootPayload(root), signers)),
    rootKeys,
    countries: countries.map((own) => ({
      ...own,
      certificates: [
        // The country's own registry first: it says whose log this is.
        ...certificatesOf(own),
        ...countries.filter((other) => other !== own).flatMap(recognisedAbroad),
      ],
    })),
  }
}

export interface FoundingOptions
  extends Omit<WorldPlan, 'countries'>, Omit<CountryPlan, 'country'> {
  readonly log: PlannedLog
}

/** Everything a new constellation of one country needs to trust itself. */
export interface Founding extends FoundedCountry {
  readonly root: Uint8Array
  readonly rootKeys: readonly RootKey[]
}

/** The demonstration's founding ceremony: five root keys, one authority, one force, and who serves them. */
export function found(options: FoundingOptions): Founding {
  const { countries, root, rootKeys } = foundWorld({
    ...options,
    countries: [{ ...options, country: DEMO_COUNTRY }],
  })
  return { ...countries[0]!, root, rootKeys }
}
