import { nodeVerifiers } from '../host/index.ts'

/** One memory of imported keys for all phones of a process: ten thousand of their own were 40 KB a phone. */
export const VERIFY = nodeVerifiers()
