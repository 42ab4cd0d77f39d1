import { Refusal } from '../core/refusal.ts'

/** A port somebody else listens on, in a sentence. */
export function portRefusal(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Refusal('config', `port ${port} is taken by another program`)
  return error
}
