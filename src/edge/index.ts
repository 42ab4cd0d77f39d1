export type { RegistryAddress } from './followed-log.ts'
export { startEdge, type Edge, type EdgeOptions } from './start.ts'
export { UNKNOWN_POLICIES, type UnknownPolicy } from './verdict.ts'
