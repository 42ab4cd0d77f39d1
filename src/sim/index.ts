export {
  DEMO_COUNTRY,
  found,
  type Founding,
  type FoundingOptions,
  type Member,
  type PolicyMember,
} from './founding.ts'
export { unbox, type Unboxed, type Unboxing } from './phones.ts'
export { produce, type Produced, type Production } from './production.ts'
export { writeLog, type WrittenLog, type WrittenLogOptions } from './written-log.ts'
