/** The part of the site that is an owner's own. */
export const SERVICE = { name: 'Your phones', url: '/account' } as const
