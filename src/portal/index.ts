export type {
  LabDeed,
  LabDoor,
  LabGlass,
  LabOutcome,
  LabPart,
  LabPhase,
  LabPhone,
  LabTrick,
  LabView,
} from './lab/lab-view.ts'
export { themeOf, type Theme } from './theme.ts'
export { createPortal, type PortalOptions } from './portal.tsx'
