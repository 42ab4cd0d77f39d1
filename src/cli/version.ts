import { readFileSync } from 'node:fs'

const PACKAGE = new URL('../../package.json', import.meta.url)

/** This program's version, as its package says it. */
export const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }
