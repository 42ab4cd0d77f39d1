import { readBody } from '../host/index.ts'
import { AdapterFault, type OpenLink } from './adapter-link.ts'
import { Lockstep } from './lockstep.ts'
import { MAX_LINE } from './protocol.ts'

/** The same lines over HTTP, one POST each, for an adapter on another machine. */
export function overHttp(url: string, timeoutMs: number): OpenLink {
  return async () =>
    new Lockstep({
      exchange: async (line) => {
        try {
          const response = await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: line,
            redirect: 'error',
            signal: AbortSignal.timeout(timeoutMs),
          })
          return Buffer.from(await readBody(response, MAX_LINE)).toString()
        } catch {
          throw new AdapterFault('no answer over HTTP')
        }
      },
      close: () => Promise.resolve(),
    })
}
