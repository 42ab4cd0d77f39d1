import type { NavigationItem } from '../look/service-navigation.tsx'

const PARTS: readonly NavigationItem[] = [
  { text: 'Reports', href: '/desk' },
  { text: 'Who looked', href: '/desk/audit' },
  { text: 'Keys and caps', href: '/desk/authority' },
]

/** The parts of the desk, and which one this page is. */
export const deskParts = (current: string): readonly NavigationItem[] =>
  PARTS.map((part) => ({ ...part, isCurrent: part.href === current }))
