import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../src/cli/config.ts'
import { loadPolicySigner } from '../../src/cli/files.ts'
import { runRegistry } from '../../src/cli/parties.ts'
import {
  certificatePayload,
  coseSign,
  encodeDocument,
  readCertificate,
  toBase64,
  withCheckDigit,
  type Certificate,
  type Signer,
} from '../../src/core/index.ts'
import { generateEs256, machine, makeLogger, nodeVerifiers } from '../../src/host/index.ts'
import { readTrust, type Trust } from '../../src/wire/index.ts'
import { startGuardian, startWitness } from '../../src/witness/index.ts'
import { freshFolder } from '../embedded-template.ts'
import { freePorts } from '../../src/cli/free-ports.ts'
import { PIN, Tokens, noTokens } from '../tokens.ts'
import { imeiNumber } from '../world.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = `${process.execPath} ${join(ROOT, 'bin/stolen-mode.mjs')}`
/** Some sixty processes, each a command as people type it: against what hangs, on a busy machine too. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })
const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-ceremony-'))
const tokens = noTokens === undefined ? new Tokens() : null
const closing: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  tokens?.[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** The blocks of docs/ceremony.md by what stands behind ```sh: a tag in small letters, a loop. */
const blocks = [
  ...readFileSync(join(ROOT, 'docs/ceremony.md'), 'utf8').matchAll(/^```sh(.*)\n([^]*?)^```$/gm),
].map(([, info, body]) => {
  const [, tag, name, values] = /^(?: ([a-z]+))?(?: ([A-Z]+) (.+))?$/.exec(info!)!
  const script = name === undefined ? body! : `for ${name} in ${values!}; do\n${body!}done\n`
  return { tag: tag ?? 'founding', script }
})

/** People type passphrases and `yes`; here a file and a switch do. */
const PRELUDE = `set -euo pipefail
stolen-mode() {
  local secret=passphrase
  case "$*" in *pkcs11:*) secret=pin ;; esac
  local more=()
  case "$1 $2" in
    'key new' | 'authority request' | 'officer request') more=(--secret $secret) ;;
    'root sign' | 'authority issue' | 'authority renew' | 'authority distrust' | 'officer issue')
      more=(--secret $secret --yes) ;;
  esac
  ${MAIN} "$@" "\${more[@]}"
}
`
let ports: readonly string[] = []
let environment: Record<string, string> = {}

async function bash(script: string, more: Readonly<Record<string, string>> = {}) {
  const urls = script.replaceAll(/127\.0\.0\.1:(8080|8101|8102)/g, (_, port: string) => {
    return `127.0.0.1:${ports[['8080', '8101', '8102'].indexOf(port)]!}`
  })
  // Without SoftHSM the force's order key is a file too; the tests of the token itself say so.
  const text = tokens ? urls : urls.replace(/^ORDER_KEY=.*$/m, 'ORDER_KEY=met-order.pem')
  const options: SpawnOptions = {
    cwd: folder,
    env: { ...process.env, ...environment, ...tokens?.environment, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  }
  const child = spawn('bash', ['-c', PRELUDE + text], options)
  let out = ''
  let err = ''
  child.stdout!.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr!.on('data', (part: Buffer) => (err += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** The commands of the document under this tag, all of which must succeed. */
async function follow(tag: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const script = blocks.filter((block) => block.tag === tag).map((block) => block.script)
  expect(script.length).toBeGreaterThan(0)
  const ran = await bash(script.join(''), more)
  expect(ran.code, ran.err).toBe(0)
  return ran.out
}

const path = (name: string) => join(folder, name)
const read = (name: string) => new Uint8Array(readFileSync(path(name)))
/** As every party is given it. */
const trustByHand = (): Trust => readTrust(read('trust/root.cbor'), nodeVerifiers())
const failing = async (script: string) => {
  const { code, err } = await bash(script)
  expect(code).toBe(1)
  return err
}

beforeAll(async () => {
  ports = (await freePorts(3)).map(String)
  environment = {
    STOLEN_MODE_DATA: folder,
    STOLEN_MODE_REGISTRY_PORT: ports[0]!,
    STOLEN_MODE_WITNESS_PORT: ports[1]!,
    STOLEN_MODE_GUARDIAN_PORT: ports[2]!,
    STOLEN_MODE_LOG_LEVEL: 'silent',
  }
  for (const name of ['keys', 'trust']) mkdirSync(path(name), { mode: 0o700 })
  writeFileSync(path('passphrase'), 'correct horse battery staple\n')
  writeFileSync(path('pin'), `${PIN}\n`)
  tokens?.add('met')
  await follow('founding')
})

describe('the founding of docs/ceremony.md', () => {
  test('gives a root document that every party accepts, signed by holders 4, 1 and 2', () => {
    const trust = trustByHand()
    expect(trust.root).toMatchObject({ version: 1, threshold: 3 })
    expect(trust.guarded.logs[0]!.key.name).toBe('log.zz.example/stolen-mode')
  })

  test('no private key lies open but those of servers', () => {
    const open = ['root-1', 'root-5', 'zz', 'met-issue', 'officer-1'].filter(
      (name) => !readFileSync(path(`${name}.pem`), 'utf8').includes('ENCRYPTED'),
    )
    expect(open).toEqual([])
  })

  test('A90: two signatures, one of them twice, or a stranger’s make no root', async () => {
    const assembled = 'stolen-mode root assemble root-1.draft --out none.cbor'
    expect(await failing(`${assembled} root-1.sig1 root-1.sig1 root-1.sig2`)).toContain(
      '2 of 3 root',
    )
    const stranger = 'stolen-mode root sign root-1.draft --key keys/intake.pem --out none.sig'
    expect(await failing(stranger)).toContain('none of the root keys')
  })

  test('nobody signs unasked, and nothing is written over', async () => {
    const sign = `${MAIN} root sign root-1.draft --key root-3.pem --secret passphrase`
    const unasked = await failing(`${sign} --out new.sig`)
    expect(unasked).toMatch(/ROOT DOCUMENT, version 1[^]*unconfirmed: /)
    expect(await failing(`${sign} --yes --out root-1.sig1`)).toContain('nothing is written over')
  })
})

describe('the constellation it founded', () => {
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${ports[0]}/healthz`)
    return (await answer.json()) as { readonly status: string; readonly treeSize: number }
  }
  /** The code a document gets that somebody sends who holds nothing. */
  async function sent(document: Uint8Array): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${ports[0]}/v1/log/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ document: toBase64(document) }),
    })
    return ((await response.json()) as { readonly code: string }).code
  }
  const officer = (n: number) => `--key officer-${n}.pem --secret passphrase`
  const forceKey = tokens
    ? `"pkcs11:token=met;object=order?module-path=/usr/lib/softhsm/libsofthsm2.so" --force-secret pin`
    : 'met-order.pem --force-secret passphrase'

  async function propose(n: number): Promise<string> {
    const imei = withCheckDigit(imeiNumber(n))
    const proposed = await bash(
      `${MAIN} officer propose --imei ${imei} --crime C/${n} ${officer(1)} --json`,
    )
    expect(proposed.code, proposed.err).toBe(0)
    return (JSON.parse(proposed.out) as { readonly case: string }).case
  }
  const approve = async (n: number) =>
    bash(`${MAIN} officer approve --case ${await propose(n)} ${officer(2)} --force-key ${forceKey}`)

  beforeAll(async () => {
    await freshFolder(path('registry/database'))
    const { config, secrets } = readConfig(environment)
    const trust = trustByHand()
    const logs = trust.plain.logs.map(({ key }) => key)
    const seat = async (name: 'witness' | 'guardian', port: number) => ({
      name,
      signer: await loadPolicySigner(
        path(`keys/${name}.pem`),
        trust.guarded.witnesses.map(({ key }) => key),
      ),
      dataDir: path(name),
      port,
      surroundings: machine,
      logger: makeLogger(name, 'silent'),
    })
    const witness = await startWitness({ ...(await seat('witness', config.witnessPort)), logs })
    closing.push(() => witness.close())
    const url = `http://127.0.0.1:${ports[0]}/log`
    const guardian = await startGuardian({
      ...(await seat('guardian', config.guardianPort)),
      logs: [{ keys: logs, url, trust }],
    })
    closing.push(() => guardian.close())
    const registry = await runRegistry(config, secrets, () => undefined)
    closing.push(() => registry.close())
  })

  test('begins its log with the eleven documents of the ceremony', async () => {
    expect(await health()).toMatchObject({ status: 'ok', treeSize: 11 })
  })

  test('its officers lock a phone: the force signs with the key in its token', async () => {
    const approved = await approve(1)
    expect(approved.code, approved.err).toBe(0)
    expect(approved.out).toContain('entry 11 of the public log')
  })

  test('a certificate is published once, however often it is sent, and by nobody in particular', async () => {
    const out = await follow('officer')
    expect(out).toContain('officer-3.cert: certificate, entry 12 of the log')
    const again = await bash(
      'stolen-mode authority publish officer-3.cert officer-1.cert zz.cert --json',
    )
    expect(JSON.parse(again.out)).toMatchObject([
      { index: 12 },
      { kind: 'certificate' },
      { index: 1 },
    ])
    expect((await health()).treeSize).toBe(13)
  })

  test('what a stranger may not bring: forged, foreign, outdated, no document, too large', async () => {
    const { cose, cert } = readCertificate(read('zz.cert'))
    const sentAs = (changes: Partial<Certificate>, by: readonly Signer[]) =>
      sent(
        encodeDocument(coseSign(cose.contentType, certificatePayload({ ...cert, ...changes }), by)),
      )
    const stranger = generateEs256().signer
    const shorter = { exp: cert.exp - 1 }
    expect(await sentAs(shorter, [stranger])).toBe('root-threshold')
    expect(await sentAs({ ...shorter, sub: 'xa' }, [stranger])).toBe('name-outside')
    expect(await sentAs({ nbf: cert.nbf - 1 }, [stranger])).toBe('cert-time')
    expect(await sent(read('root-1.draft'))).toBe('malformed')
    expect(await sent(new Uint8Array(16_385))).toBe('too-large')
    expect((await health()).treeSize).toBe(13)
  })

  test('renewal: a certificate, then the root, whose half signatures are refused', async () => {
    await follow('renewal')
    await follow('root')
    const five = 'root-2.sig1 root-2.sig2 root-2.sig6'
    const half = `stolen-mode root assemble root-2.draft ${five} --root trust/root.cbor --out none.cbor`
    expect(await failing(half)).toContain('2 of 3 root keys')
    const { treeSize } = await health()
    expect(treeSize).toBe(15)
    const back = await bash('stolen-mode authority publish root-2.cbor trust/root.cbor --json')
    expect(JSON.parse(back.out)).toMatchObject([{ index: 14 }, { kind: 'root', index: 0 }])
    expect((await health()).treeSize).toBe(treeSize)
  })

  test('a suspended officer locks nothing more; the others and the log go on', async () => {
    const { treeSize } = await health()
    const LOG = `http://127.0.0.1:${ports[0]}/log`
    await follow('stop', { SIZE: String(treeSize), ORIGIN: 'log.zz.example/stolen-mode', LOG })
    expect((await health()).treeSize).toBe(treeSize + 2)
    const refused = await approve(2)
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/distrusted|unauthenticated/)
    expect(await health()).toMatchObject({ status: 'ok', treeSize: treeSize + 2 })
    const listed = await bash(
      `stolen-mode authority orders officer-1.cert ${LOG} --root trust/root.cbor --json`,
    )
    expect(JSON.parse(listed.out)).toMatchObject({
      size: treeSize + 2,
      orders: [{ act: 'lock', authority: 'zz.met', isOutstanding: true }],
    })
  })
})
