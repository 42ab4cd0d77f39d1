import { startEdge, type Edge, type EdgeOptions } from '../../edge/index.ts'
import { machine, makeLogger } from '../../host/index.ts'

/** A register that is measured: silent, on any free ports, everything else as it comes. */
export function startBenchRegister(
  options: Pick<EdgeOptions, 'name' | 'signer' | 'trust' | 'registries' | 'dataDir'>,
): Promise<Edge> {
  return startEdge({
    ...options,
    port: 0,
    adminPort: 0,
    country: 'ZZ',
    network: '00101',
    unknown: 'whitelist',
    surroundings: machine,
    logger: makeLogger('bench', 'silent'),
  })
}
