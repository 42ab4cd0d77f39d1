import { readdir } from 'node:fs/promises'
import { demand, type Signer } from '../../core/index.ts'
import {
  CASES,
  SUITE,
  difference,
  htmlReport,
  overHttp,
  overStdio,
  readPackage,
  resultOf,
  runCases,
  scoreboard,
  textReport,
  writePackage,
} from '../../conformance/index.ts'
import {
  generateEs256,
  machine,
  nodeVerifiers,
  openKey,
  parseKeyName,
  writeFileDurably,
} from '../../host/index.ts'
import { EXIT, print, say, wrongUsage } from '../out.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

interface RunOptions {
  readonly url?: string
  readonly out?: string
  readonly html?: string
  readonly key?: string
  readonly secret?: string
  readonly only?: string
  readonly timeout: number
  readonly json?: boolean
}

export async function runConformance(
  command: readonly string[],
  options: RunOptions,
): Promise<void> {
  const { url, out, only = '', timeout, html } = options
  if ((url === undefined) === (command.length === 0))
    throw wrongUsage('expected the command of an adapter after --, or --url')
  const cases = CASES.filter(({ id }) => id.startsWith(only))
  if (cases.length === 0) throw wrongUsage('no case begins so; see conformance cases')
  // Before the run, which takes its time.
  if (out !== undefined) await demandEmpty(out)
  const runner = out === undefined ? null : await runnerKey(options)
  const timeoutMs = timeout * 1000
  const open = url === undefined ? overStdio({ command, timeoutMs }) : overHttp(url, timeoutMs)
  const bar = progressBar('cases', cases.length)
  const run = await runCases({
    open,
    cases,
    suite: SUITE,
    random: machine.random,
    progress: () => bar.advance(1),
  }).finally(() => bar.stop())
  const whole = cases.length === CASES.length
  const result = resultOf(run, cases, { suite: SUITE, whole, at: machine.clock() })
  if (out !== undefined) await writePackage(out, result, run, runner!)
  if (html !== undefined) await writeFileDurably(html, Buffer.from(htmlReport(result)), 0o644)
  print(options.json ?? false, result, textReport(result).trimEnd())
  if (!result.conforms) process.exitCode = EXIT.failed
}

async function demandEmpty(folder: string): Promise<void> {
  const there = await readdir(folder).catch(() => [])
  demand(there.length === 0, 'data-folder-unsafe', `${folder} is not empty`)
}

async function runnerKey({ key, secret }: RunOptions): Promise<Signer> {
  if (key !== undefined) return openKey(parseKeyName(key), secretsFrom(secret))
  say('The package is signed by a key made for it, which nobody knows: see --key.')
  return generateEs256().signer
}

export async function listCases({ json }: { readonly json?: boolean }): Promise<void> {
  const numbers = (prefix: string, list: readonly number[]) =>
    list.map((number) => `${prefix}${String(number).padStart(prefix === '' ? 1 : 2, '0')}`)
  const lines = CASES.map(
    ({ id, level, title, demands, attacks, requires = [] }) =>
      `| ${id} | ${level} | ${title} | ${numbers('', demands).join(', ')} | ` +
      `${numbers('A', attacks).join(', ')} | ${requires.join(', ')} |`,
  )
  const head = '| case | level | says | demands | attacks | requires |\n|---|---|---|---|---|---|'
  print(json ?? false, { suite: SUITE, cases: CASES }, [head, ...lines].join('\n'))
}

export async function verifyResult(
  folder: string,
  { signer: wanted, json }: { readonly signer?: string; readonly json?: boolean },
): Promise<void> {
  const { result, signer } = await readPackage(folder, nodeVerifiers().es256)
  const isWanted = wanted === undefined || wanted.toLowerCase() === signer
  demand(isWanted, 'signature', 'signed by another key than the one expected')
  const known = wanted === undefined ? 'Nothing says whose key that is: see --signer.' : ''
  const text = `whole, signed by ${signer}\n${known}\n${textReport(result)}`
  print(json ?? false, { ok: true, signer, result }, text.trimEnd())
}

export async function compareResults(
  before: string,
  after: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const verify = nodeVerifiers().es256
  const [was, is] = [await readPackage(before, verify), await readPackage(after, verify)]
  const found = difference(was.result, is.result)
  const lines = [
    ...(found.sameCases ? [] : ['The two were asked different cases.']),
    ...(found.sameImplementation ? [] : ['The two are different devices, versions or stores.']),
    ...found.added.map((id) => `+ ${id}`),
    ...found.deleted.map((id) => `- ${id}`),
    ...found.changed.map(({ id, from, to }) => `  ${id}: ${from} → ${to}`),
  ]
  print(json ?? false, found, lines.join('\n') || 'No case came out otherwise.')
  if (found.changed.some(({ from }) => from === 'passed')) process.exitCode = EXIT.failed
}

export async function writeScoreboard(
  folders: readonly string[],
  { out }: { readonly out: string },
): Promise<void> {
  const verify = nodeVerifiers().es256
  const packages = await Promise.all(folders.map((folder) => readPackage(folder, verify)))
  await writeFileDurably(out, Buffer.from(scoreboard(packages)), 0o644)
  say(`${packages.length} packages, whole: ${out}`)
}
