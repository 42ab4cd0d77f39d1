import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../src/wire/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Files of the repository: what git tracks, and what it would if it were added now. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT })
  .toString()
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(ROOT, path)))
const sources = files.filter((path) => /^src\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
const isTesting = (path: string) => path.includes('/testing/')

describe('identifiers', () => {
  /** Check vectors of TS 23.003 annex B and of other projects, in their own tests only. */
  const VECTORS = ['81111101 313646', '31111106 045110', '41111101 365980', '10000001 000001']
  const QUOTED = ['49015420 323751']
  const VECTOR_FILES = /^src\/core\/imei\.test\.ts$|^vectors\/imei\//
  /** 2^53 and its neighbours: the edge of what a number holds. */
  const SAFE = String(2 ** 53).slice(0, -1)
  /** A run on its own: not part of a hash, a base64 text, a percent escape or a longer number. */
  const RUN = /(?<![0-9A-Za-z+/=_.%])[0-9]{14,16}(?![0-9A-Za-z+/=_-])/g

  const isVector = (run: string) =>
    [...VECTORS, ...QUOTED].some((vector) => run.startsWith(vector.replace(' ', '')))

  test('the search finds one where it stands', () => {
    const planted = `35${'1'.repeat(12)}`
    for (const text of [planted, `imei ${planted}3.`, `"${planted}",`, `imei-${planted}`])
      expect([...text.matchAll(RUN)], text).toHaveLength(1)
  })

  test('every run of 14 to 16 digits begins with 00: nobody’s real phone stands here', () => {
    const found: string[] = []
    for (const path of files) {
      if (path === 'package-lock.json') continue
      for (const [run] of read(path).matchAll(RUN)) {
        const known = run.startsWith(SAFE) || (VECTOR_FILES.test(path) && isVector(run))
        if (!run.startsWith('00') && !known) found.push(`${path}: ${run.slice(0, 4)}…`)
      }
    }
    expect(found).toEqual([])
  })
})

const IMPORT =
  /^(?:import|export)\b[^'"]*?\bfrom '([^'\n]+)'|^import '([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm

/** Every module reachable from a file, by value or by type: sources by path, packages by name. */
function reachable(entry: string): {
  readonly paths: Set<string>
  readonly packages: Set<string>
} {
  const paths = new Set<string>()
  const packages = new Set<string>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (paths.has(path)) continue
    paths.add(path)
    for (const [, from, bare, dynamic] of read(path).matchAll(IMPORT)) {
      const name = from ?? bare ?? dynamic ?? ''
      if (name.startsWith('.')) waiting.push(relative(ROOT, resolve(ROOT, dirname(path), name)))
      else packages.add(packageOf(name))
    }
  }
  return { paths, packages }
}

function packageOf(name: string): string {
  if (name.startsWith('node:') || builtinModules.includes(name)) return 'node'
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The packages those bring along. */
function withDependencies(names: ReadonlySet<string>): Set<string> {
  const all = new Set<string>()
  const waiting = [...names].filter((name) => name !== 'node')
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (all.has(name)) continue
    all.add(name)
    const { dependencies = {} } = JSON.parse(read(join('node_modules', name, 'package.json'))) as {
      readonly dependencies?: Readonly<Record<string, string>>
    }
    waiting.push(...Object.keys(dependencies))
  }
  return all
}

describe('what ships to a phone, to an operator and to a maker', () => {
  const FOREIGN = [
    'pg',
    'kysely',
    'hono',
    '@hono/node-server',
    '@hono/zod-openapi',
    '@electric-sql/pglite',
  ]

  const OUTER = ['registry', 'witness', 'edge', 'device', 'conformance']

  test.each(['edge', 'device', 'conformance'])(
    '%s holds no database and no web framework',
    (room) => {
      const { paths, packages } = reachable(`src/${room}/index.ts`)
      expect(paths.size).toBeGreaterThan(20)
      const all = withDependencies(packages)
      expect(FOREIGN.filter((name) => all.has(name))).toEqual([])
      const others = [...OUTER, 'portal', 'sim', 'cli'].filter((other) => other !== room)
      const foreign = others.filter((other) =>
        [...paths].some((path) => path.startsWith(`src/${other}/`)),
      )
      expect(foreign).toEqual([])
    },
  )

  test('the search for them works: the registry holds all of them', () => {
    const all = withDependencies(reachable('src/registry/index.ts').packages)
    expect(FOREIGN.filter((name) => !all.has(name))).toEqual([])
  })
})

describe('A99: what is installed and what runs', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<
      Record<string, { readonly hasInstallScript?: boolean; readonly integrity?: string }>
    >
  }
  const own = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>
    readonly allowScripts: Readonly<Record<string, boolean>>
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }

  test('of all packages five bring an install script, and one may run', () => {
    const bringing = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
    expect([...new Set(bringing)].toSorted()).toEqual([
      '@parcel/watcher',
      'cbor-extract',
      'esbuild',
      'lmdb',
      'msgpackr-extract',
    ])
    const allowed = Object.keys(own.allowScripts).filter((name) => own.allowScripts[name])
    expect(allowed).toEqual(['esbuild'])
  })

  test('npm runs nothing of ours by itself: no script is named after a life-cycle event', () => {
    const events = /^(pre|post)?(install|publish|pack|prepare|uninstall|version|restart)$/
    const ours = Object.keys(own.scripts)
    const isHook = (name: string) =>
      events.test(name) ||
      (/^(pre|post)/.test(name) && ours.includes(name.replace(/^(pre|post)/, '')))
    expect(ours.filter(isHook)).toEqual([])
  })

  test('every version is exact, and every package pinned to its bytes', () => {
    const versions = Object.values({ ...own.dependencies, ...own.devDependencies })
    expect(versions.filter((version) => !/^[0-9]+\.[0-9]+\.[0-9]+$/.test(version))).toEqual([])
    const loose = Object.entries(lock.packages)
      .filter(([path, { integrity }]) => path !== '' && !integrity?.startsWith('sha512-'))
      .map(([path]) => path)
    expect(loose).toEqual([])
  })

  test.each([
    ['edge', ['@noble/hashes', 'cborg', 'eventsource-parser', 'lmdb', 'pino', 'zod']],
    ['device', ['@noble/hashes', 'cborg', 'pino', 'qr', 'zod']],
    ['conformance', ['@noble/hashes', 'cborg', 'pino', 'zod']],
  ])('what the %s imports is this list', (room, expected) => {
    const { packages } = reachable(`src/${room}/index.ts`)
    packages.delete('node')
    expect([...packages].toSorted()).toEqual(expected)
  })
})

describe('refusals', () => {
  /** Of a rule whose code comes before it. */
  const SOON: readonly string[] = []

  test('each public code is raised somewhere, and no dead one is promised', () => {
    const text = sources
      .filter((path) => path !== 'src/core/refusal.ts' && path !== 'src/wire/problems.ts')
      .filter((path) => !isTesting(path))
      .map(read)
      .join('\n')
    const unused = Object.keys(PROBLEMS).filter((code) => !text.includes(`'${code}'`))
    expect(unused.filter((code) => !SOON.includes(code))).toEqual([])
  })
})

describe('attacks', () => {
  const rows = [...read('docs/attacks.md').matchAll(/^\| A(\d+) *\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)]

  test('every number has one row, that says where it is tried or which part will bring it', () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    )
    for (const [, number, , tried, open] of rows)
      expect(tried!.includes('`') || open!.trim() !== '', `A${number}`).toBe(true)
  })

  test('a file named there has a test whose title names the attack', () => {
    for (const [, number, , tried] of rows)
      for (const [, path] of tried!.matchAll(/`([^`]+)`/g))
        expect(read(path!), `${path} A${number}`).toMatch(
          new RegExp(`['"\`][^'"\`]*\\bA${number}\\b`),
        )
  })
})

describe('surroundings', () => {
  const MAY: Readonly<Record<string, RegExp>> = {
    'the clock': /\bDate\.now\(|\bnew Date\(\)/,
    randomness: /\bMath\.random\b/,
    'the environment': /\bprocess\.env\b/,
  }

  test.each(Object.entries(MAY))('%s is read by host and cli only', (_, pattern) => {
    const elsewhere = sources
      .filter((path) => !/^src\/(host|cli)\//.test(path) && !isTesting(path))
      .filter((path) => pattern.test(withoutComments(read(path))))
    expect(elsewhere).toEqual([])
  })

  function withoutComments(text: string): string {
    return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  }

  test('every room has its door', () => {
    for (const room of readdirSync(join(ROOT, 'src')))
      if (room !== 'cli') expect(existsSync(join(ROOT, 'src', room, 'index.ts')), room).toBe(true)
  })
})
