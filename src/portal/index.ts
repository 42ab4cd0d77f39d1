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
export type { ConformanceRow } from './figures/conformance.tsx'
export { themeOf, type Theme } from './theme.ts'
export { createPortal, type PortalOptions } from './portal.tsx'
