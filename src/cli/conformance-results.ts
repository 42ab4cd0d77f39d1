import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, demand } from '../core/index.ts'
import { readPackage } from '../conformance/index.ts'
import { nodeVerifiers, type Logger } from '../host/index.ts'
import type { ConformanceRow } from '../portal/index.ts'

/**
 * The result packages in the folders of a folder, for the public figures. One that does not verify is left out,
 * and said: it must not stop a registry, nor be shown.
 * @throws {Refusal} config: there is no such folder
 */
export async function readConformance(
  folder: string,
  logger: Logger,
): Promise<readonly ConformanceRow[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => null)
  demand(found !== null, 'config', 'STOLEN_MODE_CONFORMANCE: there is no such folder')
  const { es256 } = nodeVerifiers()
  const rows: ConformanceRow[] = []
  for (const { name } of found.filter((entry) => entry.isDirectory())) {
    try {
      const { result, signer } = await readPackage(join(folder, name), es256)
      const { implementation, suite, at, conforms, totals } = result
      const device = implementation ? `${implementation.name} ${implementation.version}` : null
      rows.push({ device, suite, at, conforms, must: totals.must, signer })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      logger.warn({ code: error.code, package: name }, 'a conformance result is not shown')
    }
  }
  return rows
}
