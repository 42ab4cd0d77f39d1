export type { Member } from './country.ts'
export {
  DEMO_COUNTRY,
  found,
  foundWorld,
  type FoundedCountry,
  type FoundedWorld,
  type Founding,
  type FoundingOptions,
} from './founding.ts'
export { unbox, type Unboxed, type Unboxing } from './phones.ts'
export { produce, type Produced, type Production } from './production.ts'
export type { PolicyMember } from './policy.ts'
