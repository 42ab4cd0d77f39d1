import { Lockstep, Request, type OpenLink } from '../src/conformance/index.ts'
import { Adapter, type AdapterOptions } from '../src/sim/index.ts'

/** The reference adapter in this process, line by line as over stdio. */
export function inProcess(
  options: Omit<AdapterOptions, 'version'> & {
    /** Every line it was sent. */
    readonly heard?: string[]
  },
): OpenLink {
  return () => {
    const adapter = new Adapter({ version: '0', ...options })
    return Promise.resolve(
      new Lockstep({
        exchange: async (line) => {
          options.heard?.push(line)
          return JSON.stringify(await adapter.answer(Request.parse(JSON.parse(line))))
        },
        close: () => adapter.close(),
      }),
    )
  }
}
