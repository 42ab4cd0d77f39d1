import type { NavigationItem } from '../look/service-navigation.tsx'

const PARTS = [
  { text: 'Reports', href: '/desk' },
  { text: 'Requests', href: '/desk/requests' },
  { text: 'Returns', href: '/desk/returns' },
  { text: 'Appeals', href: '/desk/appeals' },
  { text: 'Who looked', href: '/desk/audit' },
  { text: 'Keys and caps', href: '/desk/authority' },
] as const

/** What stands above every page of the desk: its parts, and which of them the page belongs to. */
export const atDesk = (part: (typeof PARTS)[number]['href'] = '/desk') => ({
  service: { name: 'Police desk', url: '/desk' },
  navigation: PARTS.map((one): NavigationItem => ({ ...one, isCurrent: one.href === part })),
})
