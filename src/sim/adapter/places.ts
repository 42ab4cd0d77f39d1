/** What the user keeps, in the user's storage. */
export const DIARY = 'diary'
/** Where a phone box writes a number: beside what the maker wrote, in the modem's own memory. */
export const MODEM_MEMORY = 'modem-imei'
