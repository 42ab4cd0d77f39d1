import { parseTac, type RelyingParty } from '../core/index.ts'
import { generateNoteSigner, machine, mkdirDurably, writeFileDurably } from '../host/index.ts'
import { found, type FoundedCountry } from '../sim/index.ts'
import { encodeCertificates, writeSecret, type Files } from './files.ts'

/** The demonstration log's name. It can never be taken for a real one: no real policy lists it. */
export const DEMO_ORIGIN = 'log.demonstration.example/stolen-mode'
export const WITNESS_NAME = 'witness.demonstration.example'
const GUARDIAN_NAME = 'guardian.demonstration.example'
/** The test range of TS 23.003: no real phone has it. */
export const DEMO_TAC = parseTac('00101701')
const CAP_PER_HOUR = 20_000

/** Addresses the demonstration's policy names. */
export interface DemoAddresses {
  readonly registryUrl: string
  readonly witnessUrl: string
  readonly guardianUrl: string
}

/**
 * The founding ceremony of a demonstration: draws every key, writes each to its own file, and signs
 * root document and certificates. Done once per data folder; the root document is written last, so
 * that a ceremony cut short is begun anew.
 */
export async function foundDemonstration(files: Files, at: DemoAddresses): Promise<void> {
  const log = generateNoteSigner(DEMO_ORIGIN, 1)
  const witness = generateNoteSigner(WITNESS_NAME, 4)
  const guardian = generateNoteSigner(GUARDIAN_NAME, 4)
  const founding = found({
    now: Math.floor(machine.clock() / 1000),
    log: { key: log.signer.key, url: `${at.registryUrl}/log` },
    witnesses: [{ name: 'witness', key: witness.signer.key, url: at.witnessUrl }],
    guardians: [{ name: 'guardian', key: guardian.signer.key, url: at.guardianUrl }],
    relyingParties: pagesOf(at.registryUrl),
    capPerHour: CAP_PER_HOUR,
    officers: 3,
    operators: 1,
    tacs: [DEMO_TAC],
  })
  await writeCosignerKeys(files, { witness: witness.pem, guardian: guardian.pem })
  await writeRootKeys(files, founding.rootKeys)
  await writeCountry(files, { keys: founding, logPem: log.pem, root: founding.root })
}

/** Passkeys work under a name and not under an address, and over plain HTTP on this machine alone. */
export function pagesOf(registryUrl: string): readonly RelyingParty[] {
  const origins = [`http://localhost:${new URL(registryUrl).port}`]
  return ['owner', 'officer'].map((role) => ({ role, rpId: 'localhost', origins }))
}

/** Keys that in the field lie in other houses. */
export async function writeCosignerKeys(
  files: Files,
  pems: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, pem] of Object.entries(pems)) await writeSecret(files.key(name), pem)
}

export async function writeRootKeys(
  files: Files,
  rootKeys: readonly { readonly pem: string }[],
): Promise<void> {
  for (const [i, { pem }] of rootKeys.entries()) await writeSecret(files.key(`root-${i + 1}`), pem)
}

/** Everything one country keeps: its keys, its registry's secret, its log's first documents, the root last. */
export async function writeCountry(
  files: Files,
  of: { readonly keys: FoundedCountry; readonly logPem: string; readonly root: Uint8Array },
): Promise<void> {
  const { keys: country, logPem, root } = of
  const keys: Record<string, string> = {
    log: logPem,
    national: country.national.pem,
    'force-issue': country.forceIssue.pem,
    'force-order': country.forceOrder.pem,
    intake: country.intake.pem,
    'registry-a': country.registry[0].pem,
    'registry-b': country.registry[1].pem,
    maker: country.maker.pem,
  }
  for (const [i, { pem }] of country.officers.entries()) keys[`officer-${i + 1}`] = pem
  for (const [i, { pem }] of country.operators.entries()) keys[`edge-${i + 1}`] = pem
  for (const [name, pem] of Object.entries(keys)) await writeSecret(files.key(name), pem)
  await writeSecret(files.folder('keys', 'registry-secret'), machine.random(32))
  await mkdirDurably(files.folder('trust'))
  await writeFileDurably(files.certificates, encodeCertificates(country.certificates))
  await writeFileDurably(files.root, root, 0o644)
}
