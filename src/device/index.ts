export { type HandsAnswer } from './hands.ts'
export { imagePath } from './boot.ts'
export { manufacture, storageDir, storeDir, type Made, type Manufacture } from './manufacture.ts'
export { type PhoneOptions } from './inside.ts'
export { type DeviceLine } from './device-line.ts'
export type { Screen } from './gate.ts'
export { glassOf } from './glass/glass.ts'
export { languageOf } from './glass/words.ts'
export { LAW, type Law } from './law.ts'
export { fileStores } from './file-store.ts'
export type { SecureStore, StoreRecord, Stores } from './secure-store.ts'
export type { FirstFactor } from './waiting-acts.ts'
export { type Synced } from './intake.ts'
export {
  fittedParts,
  giveOrigin,
  layPart,
  makeParts,
  swapParts,
  type PartsIn,
} from './parts/part-files.ts'
export { Phone } from './phone.ts'
export { type Attached } from './radio.ts'
export { startPhone, type StartPhone, type StartedPhone } from './start.ts'
