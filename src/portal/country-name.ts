const REGIONS = new Intl.DisplayNames('en-GB', { type: 'region' })

/** In English; what is no code of two letters is left as it is. */
export const countryName = (code: string): string =>
  /^[A-Z]{2}$/i.test(code) ? (REGIONS.of(code.toUpperCase()) ?? code) : code
