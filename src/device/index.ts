export {
  APPEAL,
  EMERGENCY_NUMBERS,
  gate,
  type LockScreen,
  type Screen,
  type ScreenKind,
} from './gate.ts'
export { type HandsAnswer } from './hands.ts'
export { manufacture, type Made, type Manufacture } from './manufacture.ts'
export { Phone, type PhoneOptions, type Synced } from './phone.ts'
export { attach, type Attach, type Attached, type EquipmentAnswer } from './radio.ts'
export { startPhone, type StartPhone, type StartedPhone } from './start.ts'
export { type Enrolment } from './enrolment.ts'
