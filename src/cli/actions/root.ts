import { readFile } from 'node:fs/promises'
import {
  Authorities,
  DRAFTED,
  Refusal,
  asArray,
  assemble,
  certificateOf,
  checkRootThreshold,
  decodeCbor,
  demand,
  encodeCbor,
  encodeDocument,
  encodeDraft,
  equal,
  kidOf,
  parseDraft,
  parseRoot,
  readDocument,
  readRoot,
  rootPayload,
  sha256,
  signDraft,
  stepRoot,
  toHex,
  type CoseSign,
  type Draft,
  type PublicKey,
  type RelyingParty,
  type RootDocument,
} from '../../core/index.ts'
import { parseKeyName } from '../../host/key-name.ts'
import { openKey } from '../../host/key-store.ts'
import { parsePolicy } from '../../log/index.ts'
import {
  readDraftPaper,
  readPaper,
  readPublicKey,
  readRootPaper,
  readSignature,
  verify,
  writePaper,
} from '../ceremony/papers.ts'
import { changesOf, fingerprint, fingerprintOf, inWords } from '../ceremony/words.ts'
import { print, say, wrongUsage } from '../out.ts'
import { confirm, secretsFrom } from '../secrets.ts'

const YEAR = 365 * 86_400

interface Drafting {
  readonly out: string
  readonly years: number
  readonly json?: boolean
}

type Init = Drafting & { guarded: string; plain: string; passkeys: readonly RelyingParty[] }

export async function initRoot(publicKeys: readonly string[], options: Init): Promise<void> {
  await draftRoot(
    {
      version: 1,
      expires: Math.floor(Date.now() / 1000) + options.years * YEAR,
      keys: await Promise.all(publicKeys.map((path) => readPublicKey(path))),
      threshold: 3,
      guardedPolicy: await readPolicy(options.guarded),
      plainPolicy: await readPolicy(options.plain),
      relyingParties: options.passkeys,
      listVersion: 1,
    },
    options,
  )
}

type Next = Drafting & {
  root: string
  replace: readonly { readonly number: number; readonly path: string }[]
  guarded?: string
  plain?: string
  passkeys: readonly RelyingParty[]
}

export async function nextRoot(options: Next): Promise<void> {
  const current = await readRootPaper(options.root)
  const keys = [...current.keys]
  for (const { number, path } of options.replace) keys[number - 1] = await readPublicKey(path)
  const next = {
    ...current,
    version: current.version + 1,
    expires: Math.floor(Date.now() / 1000) + options.years * YEAR,
    keys,
    guardedPolicy: options.guarded ? await readPolicy(options.guarded) : current.guardedPolicy,
    plainPolicy: options.plain ? await readPolicy(options.plain) : current.plainPolicy,
    relyingParties: options.passkeys.length > 0 ? options.passkeys : current.relyingParties,
  }
  say(changesOf(current, next).join('\n'))
  await draftRoot(next, options)
}

async function draftRoot(root: RootDocument, { out, json }: Drafting): Promise<void> {
  const draft: Draft = { kind: 'root', payload: encodeCbor(rootPayload(root)) }
  // Nobody is to sign what no verifier would read.
  const { guardedPolicy, plainPolicy } = parseRoot(draft.payload)
  for (const policy of [guardedPolicy, plainPolicy]) parsePolicy(policy)
  await writePaper(out, encodeDraft(draft))
  print(
    json ?? false,
    { file: out, version: root.version },
    inWords('root', draft.payload).join('\n'),
  )
}

async function readPolicy(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new Refusal('config', `${path} cannot be read`)
  })
}

interface Signing {
  readonly root?: string
  readonly out: string
  readonly json?: boolean
}

/** The root document in force, which only the founding does without. */
async function rootInForce(draft: Draft, path: string | undefined): Promise<RootDocument | null> {
  if (path !== undefined) return readRootPaper(path)
  const isFounding = draft.kind === 'root' && parseRoot(draft.payload).version === 1
  if (!isFounding) throw wrongUsage('expected --root, the root document in force')
  return null
}

/** Whose signatures can count: keys of the root in force, and those a root document brings. */
function signersOf(draft: Draft, current: RootDocument | null): readonly PublicKey[] {
  const coming = draft.kind === 'root' ? parseRoot(draft.payload).keys : []
  const known = new Set(current?.keys.map((key) => toHex(kidOf(key))))
  return [...(current?.keys ?? []), ...coming.filter((key) => !known.has(toHex(kidOf(key))))]
}

type Sign = Signing & { key: string; secret?: string; yes?: boolean }

export async function signRootDraft(path: string, options: Sign): Promise<void> {
  const draft = await readDraftPaper(path)
  const current = await rootInForce(draft, options.root)
  const lines = [...inWords(draft.kind, draft.payload)]
  if (current && draft.kind === 'root') lines.push(...changesOf(current, parseRoot(draft.payload)))
  await confirm(['You are about to sign with a root key:', ...lines], options.yes)
  const signer = await openKey(parseKeyName(options.key), secretsFrom(options.secret))
  const isRootKey = signersOf(draft, current).some((key) => equal(kidOf(key), kidOf(signer.key)))
  demand(isRootKey, 'signer-set', 'this key is none of the root keys')
  await writePaper(options.out, encodeDocument(signDraft(draft, signer)))
  const key = fingerprintOf(signer.key)
  print(options.json ?? false, { file: options.out, key }, `Signed by ${key}: ${options.out}`)
}

export async function assembleRoot(
  path: string,
  signatures: readonly string[],
  options: Signing,
): Promise<void> {
  const draft = await readDraftPaper(path)
  const current = await rootInForce(draft, options.root)
  const parts = await Promise.all(signatures.map((file) => readSignature(file, draft)))
  const cose = assemble(draft, parts)
  for (const key of signersOf(draft, current)) {
    const has = cose.slots.some((slot) => equal(slot.kid, kidOf(key)))
    say(`  ${fingerprintOf(key)} ${has ? 'signed' : '–'}`)
  }
  checkAssembled(draft, cose, current)
  const bytes = encodeDocument(cose)
  await writePaper(options.out, bytes)
  print(
    options.json ?? false,
    { file: options.out, kind: draft.kind, signatures: cose.slots.length },
    `${inWords(draft.kind, draft.payload).join('\n')}\nComplete: ${options.out}`,
  )
}

/** By the very rules of whoever will read it. @throws {Refusal} root-threshold, root-rollback, chain */
function checkAssembled(draft: Draft, cose: CoseSign, current: RootDocument | null): void {
  if (draft.kind === 'root') {
    if (current) stepRoot(current, cose, verify)
    else readRoot(encodeDocument(cose), verify)
    return
  }
  checkRootThreshold(cose, current!, verify)
  if (draft.kind === 'certificate') new Authorities(current!, verify).check(certificateOf(cose))
}

/** Any paper of a ceremony. Only a root document proves itself; of others the signatures are counted. */
export async function showPaper(path: string, { json }: { json?: boolean }): Promise<void> {
  const { kind, payload, signatures } = await readAny(path)
  const lines = [...inWords(kind, payload), `  ${signatures}`]
  print(json ?? false, { kind, fingerprint: fingerprint(sha256(payload)) }, lines.join('\n'))
}

async function readAny(path: string): Promise<Draft & { readonly signatures: string }> {
  const bytes = await readPaper(path)
  if (asArray(decodeCbor(bytes)).length === 2)
    return { ...parseDraft(bytes), signatures: 'a draft: nobody has signed it' }
  const { kind: named, body } = readDocument(bytes)
  const kind = DRAFTED.find((known) => known === named)
  demand(kind !== undefined, 'unknown-kind', 'no paper of a ceremony')
  const { payload, slots } = body
  if (kind !== 'root')
    return { kind, payload, signatures: `${slots.length} signatures, not checked` }
  return { kind, payload, signatures: ownThreshold(body) }
}

/** A root document says itself who signs it; whether those are the right people nobody can read there. */
function ownThreshold(cose: CoseSign): string {
  try {
    checkRootThreshold(cose, parseRoot(cose.payload), verify)
    return 'signed by the threshold of its own keys'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return `not complete: ${error.message}`
  }
}
