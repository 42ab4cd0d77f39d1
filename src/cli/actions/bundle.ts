import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ENROLLED, Refusal, fromBase64, fromHex, type DeviceState } from '../../core/index.ts'
import { mkdirDurably, writeFileDurably } from '../../host/index.ts'
import {
  BUNDLE_STEPS,
  StepTrail,
  verifyBundle,
  verifyForDevice,
  type BundleStep,
  type BundleStepName,
  type Receiver,
  type Trust,
} from '../../wire/index.ts'
import { readConfig } from '../config.ts'
import { Files, loadTrust } from '../files.ts'
import { EXIT, bad, good, print, wrongUsage } from '../out.ts'
import { sitDown, type Common as OfficerOptions } from './officer.ts'
import { ownerOf, type Common as OwnerOptions } from './owner.ts'

/** Above the largest bundle with all its root documents. */
const MAX_FILE_BYTES = 8 * 1024 * 1024
/** What only the phone itself can say. */
const PHONE_ONLY: readonly BundleStepName[] = ['counter', 'state', 'owner']

interface VerifyOptions {
  readonly root?: string
  readonly device?: string
  readonly json?: boolean
}

interface Shown {
  readonly step: number
  readonly name: string
  readonly asks: string
  /** Null: not asked. */
  readonly holds: boolean | null
  readonly code?: string
}

interface Judged {
  readonly file: string
  readonly ok: boolean
  readonly steps: readonly Shown[]
  readonly order?: object
  readonly code?: string
  readonly detail?: string
}

export async function verifyBundles(
  files: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const trust = await loadTrust(options.root ?? new Files(readConfig(process.env).config.data).root)
  let receiver = options.device === undefined ? null : freshPhone(fromHex(options.device))
  const judged: Judged[] = []
  for (const file of files) {
    const { told, next } = judge(file, await readBundle(file), trust, receiver)
    judged.push(told)
    receiver = next ?? receiver
  }
  const ok = judged.every((one) => one.ok)
  print(options.json ?? false, { ok, bundles: judged }, judged.map(inLines).join('\n\n'))
  if (!ok) process.exitCode = EXIT.failed
}

function freshPhone(dak: Uint8Array): Receiver {
  return { dak, device: ENROLLED, owner: null, now: 0, treeSize: 0 }
}

/**
 * One bundle's steps, and what it makes of the phone that obeys it. Each leads on from the root document
 * at hand.
 */
function judge(file: string, bytes: Uint8Array, trust: Trust, receiver: Receiver | null) {
  const trail = new StepTrail()
  try {
    if (receiver === null) {
      const { checked, index, now, treeSize } = verifyBundle(bytes, trust, trail)
      const order = { ...orderOf(checked.order), index, treeSize, now }
      return { told: { file, ok: true, steps: stepsOf(trail, null, false), order } }
    }
    const accepted = verifyForDevice(bytes, trust, receiver, trail)
    const { index, treeSize, now, device, owner } = accepted
    const order = { ...orderOf(accepted.order), index, treeSize, now, state: device.state }
    const told = { file, ok: true, steps: stepsOf(trail, null, true), order }
    return { told, next: { ...receiver, device, owner, now, treeSize } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const steps = stepsOf(trail, error, receiver !== null)
    return { told: { file, ok: false, steps, code: error.code, detail: error.message } }
  }
}

function orderOf({
  act,
  auth,
  ctr,
  of,
}: {
  readonly act: string
  readonly auth: string
  readonly ctr: DeviceState['ctr']
  readonly of?: number
}) {
  return { act, authority: auth, counter: ctr, ...(of !== undefined && { of }) }
}

function stepsOf(trail: StepTrail, refusal: Refusal | null, forPhone: boolean): readonly Shown[] {
  const refused = refusal?.facts['step']
  return Object.entries<BundleStep>(BUNDLE_STEPS).map(([key, { number, name, asks }]) => {
    const told = { step: number, name, asks }
    if (refusal !== null && number === refused) return { ...told, holds: false, code: refusal.code }
    const isBehind = typeof refused === 'number' && number > refused
    const word = key as BundleStepName
    const isAsked = trail.passed.has(word) && (forPhone || !PHONE_ONLY.includes(word))
    return { ...told, holds: isAsked && !isBehind ? true : null }
  })
}

function inLines({ file, ok, steps, order, code, detail }: Judged): string {
  const lines = steps.map(({ step, name, asks, holds, code }) => {
    const mark = holds === null ? '–' : holds ? good('✓') : bad(`✗ ${code}`)
    return `  ${String(step).padStart(2)} ${name.padEnd(10)} ${asks.padEnd(40)} ${mark}`
  })
  const last = ok ? good(`holds: ${JSON.stringify(order)}`) : bad(`refused: ${code}: ${detail}`)
  return [file, ...lines, last].join('\n')
}

async function readBundle(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_FILE_BYTES), 0)
      return new Uint8Array(buffer.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    throw new Refusal('config', `${path} cannot be read`)
  }
}

type GetOptions = OfficerOptions &
  OwnerOptions & { readonly case?: string; readonly reference?: string; readonly out: string }

export async function getBundles(options: GetOptions): Promise<void> {
  const { bundles } = await fetched(options)
  await mkdirDurably(options.out)
  const written: { act: string; index: number; file: string }[] = []
  for (const { act, index, bundle } of bundles) {
    const file = join(options.out, `${String(index).padStart(9, '0')}-${act}.bundle`)
    await writeFileDurably(file, fromBase64(bundle))
    written.push({ act, index, file })
  }
  const lines = written.map(({ act, index, file }) => `${act}, entry ${index}: ${file}`)
  print(options.json ?? false, { bundles: written }, lines.join('\n') || 'No order is in force.')
}

async function fetched(options: GetOptions) {
  const { case: caseId, reference } = options
  if ((caseId === undefined) === (reference === undefined))
    throw wrongUsage('expected --case or --reference')
  if (caseId !== undefined) return (await sitDown(options, 'officer-1')).desk.bundles(caseId)
  return (await ownerOf(options)).bundles(reference!)
}
