import { join } from 'node:path'
import { fromBase64 } from '../../core/index.ts'
import type { Edge } from '../../edge/index.ts'
import { es256FromPem, nodeVerifiers } from '../../host/index.ts'
import { readTrust } from '../../wire/index.ts'
import { startBenchRegister } from './bench-register.ts'
import { LightReader } from './light-reader.ts'

/** What a process full of readers is told. */
export interface CrowdPlan {
  readonly registryUrl: string
  readonly origin: string
  /** Root document, base64. */
  readonly root: string
  /** One whole register for each, and light readers in turn: a feed has only so many of one operator. */
  readonly operatorPems: readonly string[]
  readonly lightReaders: number
  readonly guardian: string
  readonly folder: string
  /** Leaves the log has already. */
  readonly size: number
}

/** What it has seen in the end. */
export interface CrowdReport {
  /** By light reader: leaf index and Unix ms at which it was covered. */
  readonly applied: readonly (readonly (readonly [number, number])[])[]
  readonly outOfTurn: number
  /** By whole register: numbers that answer black, and orders that it refused. */
  readonly registers: readonly { readonly stolen: number; readonly refused: number }[]
}

/** A child process: the readers must not share the registry's thread. */
async function main(plan: CrowdPlan): Promise<void> {
  const signers = plan.operatorPems.map((pem) => es256FromPem(pem))
  const trust = readTrust(fromBase64(plan.root), nodeVerifiers())
  const edges: Edge[] = []
  for (const [i, signer] of signers.entries())
    edges.push(
      await startBenchRegister({
        name: `edge-${i + 1}`,
        signer,
        trust,
        registries: [{ origin: plan.origin, url: plan.registryUrl }],
        dataDir: join(plan.folder, `edge-${i + 1}`),
      }),
    )
  const readers = Array.from(
    { length: plan.lightReaders },
    () => new LightReader(plan.size - 1, plan.guardian),
  )
  for (const [i, reader] of readers.entries())
    await reader.connect(plan.registryUrl, signers[i % signers.length]!)
  process.send!({ ready: true })
  await new Promise<void>((resolve) => process.once('message', () => resolve()))
  const report: CrowdReport = {
    applied: readers.map(({ applied }) => [...applied]),
    outOfTurn: readers.reduce((sum, reader) => sum + reader.outOfTurn, 0),
    registers: await Promise.all(edges.map(async ({ adminUrl }) => countsOf(adminUrl))),
  }
  // Whoever asked ends this process: one that ends by itself may do so before its answer was read.
  process.send!(report)
}

async function countsOf(adminUrl: string) {
  const health = (await (await fetch(`${adminUrl}/healthz`)).json()) as {
    readonly entries: { readonly stolen: number }
    readonly refusedOrders: number
  }
  return { stolen: health.entries.stolen, refused: health.refusedOrders }
}

process.once('message', (plan) => void main(plan as CrowdPlan))
