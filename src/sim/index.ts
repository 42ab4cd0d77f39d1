export {
  DEMO_COUNTRY,
  found,
  policyText,
  type Founding,
  type FoundingOptions,
  type Member,
  type PolicyMember,
} from './founding.ts'
