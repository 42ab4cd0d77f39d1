export { createPortal, type PortalOptions } from './portal.tsx'
