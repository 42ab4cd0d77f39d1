export type { Approve } from './cosigner.ts'
export { startGuardian, type GuardianOptions, type MirroredLog } from './guardian.ts'
export { startWitness, type RunningWitness, type WitnessOptions } from './server.ts'
