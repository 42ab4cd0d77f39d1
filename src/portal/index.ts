export { themeOf, type Theme } from './theme.ts'
export { createPortal, type PortalOptions } from './portal.tsx'
