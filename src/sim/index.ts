export {
  DEMO_COUNTRY,
  found,
  foundWorld,
  type FoundedCountry,
  type FoundedWorld,
  type Founding,
  type FoundingOptions,
  type Member,
  type PolicyMember,
} from '../host/index.ts'
export { unbox, type Unboxed, type Unboxing } from './phones.ts'
export { produce, produceSpares, type Produced, type Production } from './production.ts'
export { writeLog, type WrittenLog, type WrittenLogOptions } from './written-log.ts'
export { Adapter, type AdapterOptions } from './adapter/adapter.ts'
export { BROKEN } from './adapter/broken/broken.ts'
export type { BrokenDevice } from './adapter/broken/parts.ts'
export { serveHttp, serveLines } from './adapter/serve.ts'
export { RegisterProbe } from './register-probe.ts'
export { Steps, demandTrue, eventually, type Step } from './steps.ts'
export {
  PhoneInHand,
  demandWorthless,
  tryTrick,
  type Outcome,
  type ThiefsBench,
  type Trick,
} from './thief/bench.ts'
export { PLAYBOOK } from './thief/playbook.ts'
