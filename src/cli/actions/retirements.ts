import { z } from 'zod'
import { Refusal } from '../../core/index.ts'
import { CaseAnswer } from '../../wire/index.ts'
import { confirmRetirement, proposeRetirement } from '../clients/recycler.ts'
import { readConfig } from '../config.ts'
import { Files, readNeeded, writeWhole } from '../files.ts'
import { print } from '../out.ts'
import { sitDown, type Common as OfficerOptions } from './officer.ts'
import { keyOf, type Common as OwnerOptions } from './owner.ts'

/** What travels from the recycler to the owner. */
const DraftFile = z.strictObject({ id: z.uuid(), payload: z.string(), opening: z.string() })

export async function propose(
  options: OfficerOptions & { readonly serial: string; readonly out: string },
): Promise<void> {
  const { desk, signer } = await sitDown(options, 'recycler')
  const { serial } = options
  const { id, payload, opening } = await proposeRetirement(desk, { serial }, signer)
  const draft = JSON.stringify({ id, payload, opening })
  await writeWhole(options.out, new TextEncoder().encode(draft))
  print(
    options.json ?? false,
    { draft: options.out },
    `Proposed. The owner completes it: stolen-mode owner retire --draft ${options.out}`,
  )
}

export async function retire(options: OwnerOptions & { readonly draft: string }): Promise<void> {
  const { config } = readConfig(process.env)
  const key = await keyOf(options, new Files(config.data))
  const draft = readDraftFile((await readNeeded(options.draft)).toString())
  const index = await confirmRetirement(options.registry ?? config.registryUrl, draft, key)
  print(options.json ?? false, { index }, `Retired for good: entry ${index} of the public log.`)
}

/** @throws {Refusal} malformed */
function readDraftFile(text: string) {
  try {
    return DraftFile.parse(JSON.parse(text))
  } catch {
    throw new Refusal('malformed', 'not a draft of a recycler')
  }
}

export async function claimPaid(
  options: OfficerOptions & {
    readonly case: string
    readonly insurer: string
    readonly reference: string
  },
): Promise<void> {
  const { desk } = await sitDown(options, 'officer-1')
  const { insurer, reference } = options
  const path = `/v1/cases/${options.case}/claims`
  const { claim } = await desk.post(path, { insurer, reference }, CaseAnswer)
  print(
    options.json ?? false,
    { case: options.case, claim },
    `Marked: from now on it is released to ${insurer} alone.`,
  )
}
