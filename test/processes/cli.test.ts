import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foundDemonstration } from '../../src/cli/demo-trust.ts'
import { Files } from '../../src/cli/files.ts'
import { signCloneSignal, toBase64, withCheckDigit } from '../../src/core/index.ts'
import { generateNoteSigner, type NoteSigner } from '../../src/host/index.ts'
import {
  EMPTY_EDGE,
  appendEntries,
  appendLeaves,
  bundleTile,
  edgeRoot,
  formatVkey,
  leafHash,
  signCheckpoint,
  tilePath,
} from '../../src/log/index.ts'
import { commandsIn } from '../cli-process.ts'
import { ask as post } from '../ask.ts'
import { freePorts } from '../../src/cli/free-ports.ts'
import { World, imeiNumber } from '../world.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-cli-'))
const { start, run, kill } = commandsIn(folder)
afterAll(() => {
  kill()
  rmSync(folder, { recursive: true, force: true })
})

const COMMANDS = [
  ['start'],
  ['demo'],
  ['serve'],
  ['witness'],
  ['guardian'],
  ['edge'],
  ['device'],
  ['check'],
  ['check', 'verify'],
  ['audit'],
  ['erase'],
  ['log', 'verify'],
  ['log', 'keys'],
  ['key', 'new'],
  ['root', 'init'],
  ['root', 'sign'],
  ['authority', 'issue'],
  ['authority', 'publish'],
  ['officer', 'request'],
  ['bundle', 'verify'],
  ['bundle', 'get'],
  ['officer', 'propose'],
  ['officer', 'approve'],
  ['officer', 'review'],
  ['officer', 'found'],
  ['officer', 'release'],
  ['officer', 'clones'],
  ['officer', 'conflict'],
  ['import', 'stolen-list'],
  ['import', 'own-list'],
  ['export', 'blacklist'],
  ['export', 'notifications'],
  ['export', 'exceptions'],
  ['export', 'verify'],
  ['bench', 'import'],
  ['bench', 'audit'],
]

describe('help', () => {
  test('names every command and the exit codes', async () => {
    const help = await run(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const [name] of COMMANDS) expect(help.out).toMatch(new RegExp(`^ +${name}\\b`, 'm'))
    expect(help.out).toMatch(/0 done · 1 refused.*2 wrong usage[^]*3 the check.*75.*130/)
  })

  test('of each command says that it speaks JSON', async () => {
    for (const command of COMMANDS) {
      const help = await run([...command, '--help'])
      expect(help, command.join(' ')).toMatchObject({ code: 0 })
      expect(help.out, command.join(' ')).toContain('--json')
    }
  })

  test('knows its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' })
  })
})

describe('wrong usage', () => {
  test.each([
    ['no command', [], ''],
    ['a noun without its verb', ['officer'], ''],
    ['an unknown command', ['chekc'], 'Did you mean check?'],
    ['an unknown verb', ['officer', 'aprove'], 'Did you mean approve?'],
    ['an unknown option', ['check', '1', '--jsn'], 'Did you mean --json?'],
    ['a missing argument', ['import', 'stolen-list'], "missing required argument 'file'"],
    ['a reason for nothing', ['export', 'blacklist', '--run', 'x', '--reason', 'y'], ''],
    ['a list both as file and as run', ['export', 'blacklist', '--run', 'x', '--out', 'y'], ''],
    ['a missing option', ['log', 'verify', '.'], "'--vkey <vkey>' not specified"],
    [
      'a word that is no choice',
      ['import', 'stolen-list', 'x', '--why', 'anger'],
      'Allowed choices',
    ],
    ['an address that is none', ['check', '1', '--registry', 'localhost'], 'Expected an address'],
    ['a number that is none', ['demo', '--thefts', '0'], 'Expected a whole number'],
    ['nothing to propose', ['officer', 'propose', '--crime', 'X/1'], '--report or --imei'],
    ['nothing to approve', ['officer', 'approve'], '--case or --batch'],
    [
      'two things to approve',
      ['officer', 'approve', '--case', '1', '--batch', '2'],
      'cannot be used with',
    ],
    ['a key that is none', ['log', 'verify', '.', '--vkey', 'x'], 'not a verifier key'],
  ])('%s: exit code 2, said on stderr, nothing on stdout', async (_, args, said) => {
    const ran = await run(args)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain(said)
  })

  test('is JSON where JSON was asked for', async () => {
    const ran = await run(['officer', 'approve', '--json'])
    expect(ran.code).toBe(2)
    expect(ran.json()).toMatchObject({
      error: { code: 'usage', detail: 'expected --case or --batch' },
    })
  })
})

describe('configuration and start', () => {
  const secret = 'not-to-be-printed'
  const data = join(folder, 'founded')
  let port: string
  let witnessPort: string
  beforeAll(async () => {
    ;[port, witnessPort] = (await freePorts(2)).map(String) as [string, string]
    const [registryUrl, witnessUrl] = [port, witnessPort].map((at) => `http://127.0.0.1:${at}`)
    await foundDemonstration(new Files(data), {
      registryUrl: registryUrl!,
      witnessUrl: witnessUrl!,
      guardianUrl: 'http://127.0.0.1:1',
    })
  })

  test('a wrong setting is one sentence and exit code 1', async () => {
    const ran = await run(['serve'], { STOLEN_MODE_REGISTRY_PORT: 'eighty' })
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err.trim().split('\n')).toHaveLength(1)
    expect(ran.err).toMatch(/^config: .*STOLEN_MODE_REGISTRY_PORT: expected a port/)
    const typo = await run(['check', '1', '--json'], { STOLEN_MODE_PORT: '1' })
    expect(typo.code).toBe(1)
    expect(typo.json()).toMatchObject({ error: { code: 'config' } })
  })

  test('keys that are not there are one sentence', async () => {
    const ran = await run(['import', 'stolen-list', 'x'])
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toMatch(/^config: .*officer-1\.pem cannot be read/)
  })

  test('a database that cannot be had: said without the address, which holds a password', async () => {
    for (const [url, code] of [
      [`postgresql://me:${secret}@127.0.0.1:1/registry`, 75],
      [`postgres://me:${secret}@host.invalid/registry`, 75],
      [`mysql://me:${secret}@127.0.0.1/registry`, 1],
    ] as const) {
      const ran = await run(['serve'], { STOLEN_MODE_DATA: data, DATABASE_URL: url })
      expect(ran, url).toMatchObject({ code, out: '' })
      expect(ran.err.trim().split('\n'), ran.err).toHaveLength(1)
      expect(ran.err).not.toContain(secret)
    }
  })

  test('serve: a taken port, a second process on the same data, Ctrl-C', async () => {
    const settings = {
      STOLEN_MODE_DATA: data,
      STOLEN_MODE_LOG_LEVEL: 'silent',
      STOLEN_MODE_REGISTRY_PORT: port,
      STOLEN_MODE_WITNESS_PORT: witnessPort,
    }
    const ready = async ({ child, said }: ReturnType<typeof start>) => {
      while (!said().includes('is ready')) await once(child.stderr, 'data')
    }
    // A registry signs nothing before its witnesses answer.
    const witness = start(['witness'], settings)
    await ready(witness)
    const taken = createServer().listen(Number(port), '127.0.0.1')
    await once(taken, 'listening')
    const refused = await run(['serve'], settings)
    taken.close()
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(`port ${port} is taken`)

    const first = start(['serve', '--json'], settings)
    await ready(first)
    const second = await run(['serve', '--json'], { ...settings, STOLEN_MODE_REGISTRY_PORT: '0' })
    expect(second.code).toBe(1)
    expect(second.json()).toMatchObject({ error: { code: 'data-folder-busy' } })
    first.child.kill('SIGINT')
    const ended = await first.ended
    expect(ended.code).toBe(0)
    expect(ended.json()).toEqual({ party: 'registry', url: `http://127.0.0.1:${port}` })
    witness.child.kill('SIGTERM')
    expect(await witness.ended).toMatchObject({ code: 0, out: '' })
  })

  test('what is interrupted before it was done ends with 130', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const connected = once(silent, 'connection')
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const waiting = start(['check', withCheckDigit(imeiNumber(1)), '--registry', url])
    await connected
    waiting.child.kill('SIGINT')
    expect(await waiting.ended).toMatchObject({ code: 130, out: '' })
    silent.close()
  })
})

describe('at a registry', () => {
  let world: World
  const key = (name: string) => join(folder, `${name}.pem`)
  beforeAll(async () => {
    world = await World.boot()
    const { officers, forceOrder, operators } = world.founding
    const keys = {
      first: officers[0]!,
      second: officers[1]!,
      force: forceOrder,
      edge: operators[0]!,
    }
    for (const [name, { pem }] of Object.entries(keys)) writeFileSync(key(name), pem)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const ask = (...args: string[]) => run([...args, '--registry', world.registryUrl, '--json'])
  const check = (n: number) => ask('check', withCheckDigit(imeiNumber(n)))

  test('check: 0 without a report, 3 with one, 1 for a mistyped number, 75 without an answer', async () => {
    await world.lock({ imei: imeiNumber(1) })
    await world.settle()
    const stolen = await check(1)
    expect(stolen.code).toBe(3)
    expect(stolen.json()).toMatchObject({ state: 'stolen' })
    const none = await check(2)
    expect(none.code).toBe(0)
    expect(none.json()).toMatchObject({ state: 'protected' })
    const typed = await ask('check', `${imeiNumber(1)}0`)
    expect(typed.code).toBe(1)
    expect(typed.json()).toMatchObject({ error: { code: 'imei-check-digit' } })
    const gone = await run([
      'check',
      withCheckDigit(imeiNumber(1)),
      '--registry',
      'http://127.0.0.1:1',
    ])
    expect(gone).toMatchObject({ code: 75, out: '' })
    expect(gone.err).toMatch(/^unavailable: /)
  })

  test('check verify: 3 for a real answer, offline; 1 for an altered one and for another number', async () => {
    await world.lock({ imei: imeiNumber(3) })
    await world.settle()
    const signed = String((await check(3)).json()['signed'])
    const root = join(folder, 'root.cbor')
    writeFileSync(root, world.founding.root)
    const from = ['--log', join(world.folder, 'log'), '--root', root, '--json']
    const verify = (answer: string, number: string) =>
      run(['check', 'verify', answer, '--number', number, '--memory', folder, ...from])
    const real = await verify(signed, imeiNumber(3))
    expect(real.code).toBe(3)
    expect(real.json()).toMatchObject({ ok: true, state: 'stolen', isAboutNumber: true })
    const url = `http://example.com/check/verify?a=${Buffer.from(signed, 'base64').toString('base64url')}`
    expect((await verify(url, imeiNumber(4))).json()).toMatchObject({ ok: false })
    const altered = `${signed.slice(0, -12)}${signed.at(-12) === 'A' ? 'B' : 'A'}${signed.slice(-11)}`
    expect((await verify(altered, imeiNumber(3))).json()).toMatchObject({
      error: { code: 'signature' },
    })
  })

  test('import, review, approve, export: a list from one officer to the other and out again', async () => {
    const path = join(folder, 'list.csv')
    const imeis = [10, 11, 12].map(imeiNumber)
    writeFileSync(
      path,
      ['imei,reporting_date,status', ...imeis.map((i) => `${i},,`), '=1,,'].join('\n'),
    )
    const imported = await ask('import', 'stolen-list', path, '--key', key('first'))
    expect(imported).toMatchObject({ code: 0, err: '' })
    expect(imported.json()).toMatchObject({
      rows: 4,
      results: { proposed: 3, refused: 1 },
      setAside: [{ line: 5, reason: 'imei-unusable' }],
    })
    const batch = imported.json()['batch'] as string

    const keys = ['--force-key', key('force'), '--batch', batch]
    const own = await ask('officer', 'approve', ...keys, '--key', key('first'))
    expect(own.code).toBe(1)
    expect(own.json()).toMatchObject({ error: { code: 'same-officer' } })
    const unreasoned = await ask('officer', 'approve', ...keys, '--key', key('second'))
    expect(unreasoned.json()).toMatchObject({ error: { code: 'import-mass-change' } })
    expect(unreasoned.err).toContain('1 rows set aside')
    const review = await ask('officer', 'review', '--batch', batch, '--key', key('second'))
    expect(review.json()).toMatchObject({
      state: 'complete',
      refused: [{ row: 5, code: 'imei-unusable' }],
    })
    const approved = await ask(
      'officer',
      'approve',
      ...keys,
      '--key',
      key('second'),
      '--reason',
      'checked',
    )
    expect(approved.json()).toMatchObject({ locked: 3, refused: [], cap: null })
    expect(approved.code).toBe(0)

    await world.settle()
    const out = join(folder, 'blacklist.csv')
    const root = join(folder, 'root.cbor')
    writeFileSync(root, world.founding.root)
    const proved = ['--root', root]
    const exported = await run([
      'export',
      'blacklist',
      '--registry',
      world.registryUrl,
      '--key',
      key('edge'),
      '--out',
      out,
      ...proved,
    ])
    expect(exported).toMatchObject({ code: 0, out: '' })
    const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n')
    expect(header).toBe('imei,block_date,reasons')
    const listed = lines.map((line) => line.split(',')[0]!)
    // Two were locked by the tests before this one.
    const all = [imeiNumber(1), imeiNumber(3), ...imeis]
    expect(listed.toSorted()).toEqual(all)
    for (const imei of imeis) expect(await world.probe.ask(imei)).toBe('BLACKLISTED')
    const today = new Date(world.surroundings.clock()).toISOString().slice(0, 10)
    for (const line of lines)
      expect(line).toMatch(new RegExp(`^[0-9]{14},${today.replaceAll('-', '')},theft$`))
    const whole = await ask('export', 'blacklist', '--key', key('edge'), '--check-digit', ...proved)
    const numbers = whole.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { imei: string }).imei)
    expect(numbers.toSorted()).toEqual(all.map(withCheckDigit))
    const foreign = await ask('export', 'blacklist', '--key', key('first'), ...proved)
    expect(foreign.json()).toMatchObject({ error: { code: 'forbidden' } })
  })

  test('clones, conflict: from the list of signs to the record of the log, no number typed or shown', async () => {
    const imei14 = imeiNumber(30)
    const at = Math.floor(world.surroundings.clock() / 1000)
    const by = world.founding.operators[0]!.signer
    const places = [{ country: 'ZZ', network: '00101', at }]
    const signal = { at, why: 'subscribers', imei14, subscribers: 8, places } as const
    const body = { sightings: [toBase64(signCloneSignal(signal, by))] }
    expect((await post(world, { path: '/v1/sightings', body, by })).status).toBe(200)

    const officer = ['--key', key('first')]
    const list = await ask('officer', 'clones', ...officer)
    const [{ id }] = list.json()['cases'] as [{ id: string }]
    const shown = ['officer', 'clones', '--case', id, ...officer, '--registry', world.registryUrl]
    const told = await run(shown)
    expect(told.out).toMatch(
      /^00101701••••••: 8 subscribers .*\n.*subscribers \(self-reported\).*ZZ/,
    )
    expect(told.out).not.toContain(imei14)
    const conflict = await ask('officer', 'conflict', '--case', id, ...officer)
    expect(conflict.json()).toMatchObject({ case: id, state: 'logged' })
    await world.settle()
    expect(await world.probe.ask(imei14)).toBe('GREYLISTED')
    const again = await ask('officer', 'conflict', '--case', id, ...officer)
    expect(again.json()).toMatchObject({ error: { code: 'not-found' } })
  })

  test('log verify over HTTP: whole', async () => {
    const args = ['log', 'verify', '--vkey', formatVkey(world.log.key), `${world.registryUrl}/log`]
    const ran = await run([...args, '--json'])
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.json()).toMatchObject({
      ok: true,
      size: world.running.context.sequencer.ledger.size,
    })
    const nowhere = await run([...args.slice(0, 4), 'http://127.0.0.1:1/log', '--json'])
    expect(nowhere.code).toBe(75)
  })

  test('audit over HTTP: lawful, counted, and remembered', async () => {
    const root = join(folder, 'root.cbor')
    writeFileSync(root, world.founding.root)
    await world.lock({ imei: imeiNumber(801) })
    await world.settle()
    const kept = world.database.db.selectFrom('orders').select('act').where('act', '=', 'lock')
    const locks = (await kept.execute()).length
    const audit = () => run(['audit', `${world.registryUrl}/log`, '--root', root, '--json'])
    const ran = await audit()
    expect(ran).toMatchObject({ code: 0, err: '' })
    const { ok, size, guarded, breaches, figures } = ran.json() as Record<string, never>
    expect({ ok, guarded, breaches }).toEqual({ ok: true, guarded: true, breaches: [] })
    expect(size).toBe(world.running.context.sequencer.ledger.size)
    expect(figures).toMatchObject({ total: { locks, outstanding: { stolen: locks } } })
    const again = await audit()
    expect(again.err).toContain(`Signatures below entry ${String(size)} were verified before.`)
    expect(again.json()).toMatchObject({ ok: true, figures })
    const talk = await run(['audit', `${world.registryUrl}/log`, '--root', root])
    expect(talk.out).toMatch(/whole and lawful[\s\S]*^zz\.force +\d{4}-\d{2} /m)
  })
})

describe('log verify on a folder', () => {
  const whole = join(folder, 'log')
  const { signer } = generateNoteSigner('log.example/audited', 1)
  beforeAll(() => writeLog(whole, signer, 522))

  const verify = (where: string, ...more: string[]) =>
    run(['log', 'verify', '--json', '--vkey', formatVkey(signer.key), where, ...more])

  test('whole: exit code 0', async () => {
    const ran = await verify(whole)
    expect(ran.code).toBe(0)
    expect(ran.json()).toMatchObject({ ok: true, origin: 'log.example/audited', size: 522 })
  })

  test.each([
    ['an entry', 'tile/entries/001', 1_000, { code: 'not-included' }],
    ['an entry of the last bundle', 'tile/entries/002.p/10', 50, { code: 'not-included' }],
    ['a length', 'tile/entries/000', 0, {}],
    ['a leaf hash', 'tile/0/001', 32 * 5, { code: 'not-included', leaf: 261 }],
    ['a leaf hash at the edge', 'tile/0/002.p/10', 319, { code: 'not-included', leaf: 521 }],
    ['an upper hash', 'tile/1/000.p/2', 40, { code: 'not-consistent' }],
    ['the size', 'checkpoint', 20, {}],
    ['the root', 'checkpoint', 30, {}],
    // Its bit may leave the base64 alphabet, and then no signature is read at all.
    ['the signature', 'checkpoint', -20, {}],
  ])('one bit of %s: exit code 1, and it is named', async (_, path, at, expected) => {
    const copy = mkdtempSync(join(folder, 'flipped-'))
    cpSync(whole, copy, { recursive: true })
    const bytes = readFileSync(join(copy, path))
    const place = at < 0 ? bytes.length + at : at
    bytes[place] = bytes[place]! ^ 1
    writeFileSync(join(copy, path), bytes)
    const ran = await verify(copy)
    expect(ran.code).toBe(1)
    const named = ran.json()
    expect(named).toMatchObject({ ok: false, ...expected })
    // A leaf is named with the bundle its entry lies in.
    const where = named['leaf'] === undefined ? path : path.replace('tile/0/', 'tile/entries/')
    expect(named['path']).toBe(where)
  })

  test('a missing tile, another log’s key, a folder that is none: exit code 1', async () => {
    const copy = mkdtempSync(join(folder, 'cut-'))
    cpSync(whole, copy, { recursive: true })
    rmSync(join(copy, 'tile/0/001'))
    expect((await verify(copy)).json()).toMatchObject({ code: 'not-found', path: 'tile/0/001' })
    const other = formatVkey(generateNoteSigner('log.example/audited', 1).signer.key)
    const foreign = await run(['log', 'verify', '--json', '--vkey', other, whole])
    expect(foreign.code).toBe(1)
    expect(foreign.json()).toMatchObject({ ok: false, path: 'checkpoint' })
    expect(await verify(join(folder, 'nowhere'))).toMatchObject({ code: 1 })
  })
})

/** A log of `size` small entries as a folder of resources (C2SP tlog-tiles). */
function writeLog(where: string, { key, sign }: NoteSigner, size: number): void {
  const entries = Array.from({ length: size }, (_, i) => new TextEncoder().encode(`entry ${i}`))
  const { edge, tiles } = appendLeaves(
    EMPTY_EDGE,
    entries.map((entry) => leafHash(entry)),
  )
  const put = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(where, path)), { recursive: true })
    writeFileSync(join(where, path), bytes)
  }
  for (const tile of tiles) put(tilePath(tile), tile.bytes)
  for (const bundle of appendEntries(0, new Uint8Array(), entries))
    put(tilePath(bundleTile(bundle)), bundle.bytes)
  const checkpoint = { origin: key.name, size, root: edgeRoot(edge) }
  put('checkpoint', signCheckpoint(checkpoint, key, sign))
}
