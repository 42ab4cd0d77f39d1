import { createServer, type Http2Server } from 'node:http2'
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startPhone, type StartedPhone } from './start.ts'
import { Stage, refusalOf } from './testing/stage.ts'

const NEVER_MS = 3_600_000

let stage: Stage
let started: StartedPhone
beforeEach(async () => {
  stage = await Stage.boot()
  await stage.phone.powerOff()
  started = await start()
})
afterEach(async () => {
  await started.close()
  await stage.close()
})

const start = (syncEveryMs = NEVER_MS) => startPhone({ ...stage.options(), port: 0, syncEveryMs })

async function hands(method: 'GET' | 'POST', path: string, body?: unknown) {
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
  const response = await fetch(started.url + path, {
    method,
    ...(body !== undefined && { body: bytes }),
  })
  return (await response.json()) as Record<string, unknown>
}

describe('the hands on a phone', () => {
  it('see the screen and the kind of store', async () => {
    expect(await hands('GET', '/screen')).toEqual({
      ok: true,
      screen: { kind: 'home' },
      store: 'file',
      calling: null,
    })
  })

  it('A03: ask for a reset, are told until when it waits, and stop it', async () => {
    const asked = await hands('POST', '/ask', { act: 'reset', passcode: true })
    expect(asked).toMatchObject({ ok: true, screen: { notice: { what: 'requested' } } })
    stage.registry.waits = 1_800_003_600
    const shown = { how: 'menu', passcode: true }
    const pending = { ok: false, refusal: 'reset-pending', until: 1_800_003_600 }
    expect(await hands('POST', '/reset', shown)).toMatchObject(pending)
    expect(await hands('POST', '/protection', { on: false, biometric: true })).toMatchObject(
      pending,
    )
    expect(await hands('POST', '/protection', { on: true })).toMatchObject({ ok: true })
    expect(await hands('POST', '/stop', {})).toMatchObject({ ok: true, screen: { kind: 'home' } })
    expect(await hands('POST', '/ask', { act: 'sale' })).toMatchObject({ refusal: 'malformed' })
    stage.registry.waits = null
    expect(await hands('POST', '/reset', shown)).toMatchObject({
      ok: true,
      screen: { kind: 'activation-needed' },
    })
  })

  it('bring a bundle, try the buttons, and get nowhere', async () => {
    const { bundle, index } = await stage.log.issue('lock', stage.ids, { ctr: 1 })
    const stolen = { kind: 'stolen', index }
    expect(await hands('POST', '/bundle', bundle)).toMatchObject({ ok: true, screen: stolen })
    const refused = async (path: string, body: unknown, refusal: string) =>
      expect(await hands('POST', path, body)).toMatchObject({ ok: false, refusal, screen: stolen })
    await refused('/bundle', bundle, 'replay')
    await refused('/reset', { how: 'menu' }, 'reset-refused')
    await refused('/call', { number: '020 7946 0000' }, 'forbidden')
    await refused('/unlock', { passcode: true, biometric: true }, 'wrong-state')
    stage.registry.refuses = 'activation-refused'
    await refused('/activate', {}, 'activation-refused')
    const wipe = await hands('POST', '/reset', { how: 'recovery-wipe' })
    expect(wipe).toMatchObject({ ok: true, screen: stolen })
    expect(await hands('POST', '/call', { number: '112' })).toMatchObject({ calling: '112' })
    expect(await hands('POST', '/hang-up')).toMatchObject({ ok: true, calling: null })
    expect(await hands('POST', '/power', { on: false })).toMatchObject({ ok: true, screen: null })
    expect(await hands('POST', '/power', { on: true })).toMatchObject({ ok: true, screen: stolen })
  })

  it('sync on demand', async () => {
    stage.registry.bundles = [(await stage.log.issue('hold', stage.ids, { ctr: 1 })).bundle]
    expect(await hands('POST', '/sync')).toMatchObject({ ok: true, screen: { kind: 'held' } })
    const both = { passcode: true, biometric: true }
    expect(await hands('POST', '/unlock', both)).toMatchObject({ screen: { kind: 'home' } })
  })

  it('refuse what is no request, and what is too much', async () => {
    expect(await hands('GET', '/imei')).toMatchObject({ ok: false, refusal: 'not-found' })
    for (const body of [{}, { on: 'yes' }, [1]])
      expect(await hands('POST', '/power', body)).toMatchObject({ refusal: 'malformed' })
    expect(await hands('POST', '/power')).toMatchObject({ refusal: 'malformed' })
    const long = { number: '1'.repeat(5000) }
    expect(await hands('POST', '/call', long)).toMatchObject({ refusal: 'too-large' })
    const huge = new Uint8Array(300_000)
    expect(await hands('POST', '/bundle', huge)).toMatchObject({ refusal: 'too-large' })
  })
})

describe('attaching by hand', () => {
  let edge: Http2Server
  let status: string
  beforeEach(async () => {
    edge = createServer()
    edge.on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.end(JSON.stringify({ status }))
    })
    await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise<void>((resolve) => edge.close(() => resolve())))
  const url = () => `http://127.0.0.1:${(edge.address() as AddressInfo).port}`

  it('is let in, or not, or asked nothing', async () => {
    status = 'BLACKLISTED'
    const attached = { admitted: false, answer: 'BLACKLISTED' }
    const at = { edge: url(), slot: 1 }
    expect(await hands('POST', '/attach', at)).toMatchObject({ ok: false, attached })
    const emergency = await hands('POST', '/attach', { ...at, emergency: true })
    expect(emergency).toMatchObject({ ok: true, attached: { admitted: true, answer: null } })
    status = 'WHITELISTED'
    expect(await hands('POST', '/attach', at)).toMatchObject({ ok: true })
    expect(await hands('POST', '/attach', { ...at, slot: 2 })).toMatchObject({ ok: false })
  })
})

describe('a phone that starts', () => {
  it('asks for its orders beside the boot', async () => {
    await started.close()
    stage.registry.bundles = [(await stage.log.issue('lock', stage.ids, { ctr: 1 })).bundle]
    started = await start()
    expect(await hands('GET', '/screen')).toMatchObject({ ok: true })
    await started.close() // waits for the question under way
    started = await start()
    expect(await hands('GET', '/screen')).toMatchObject({ screen: { kind: 'stolen' } })
  })

  it('asks again every period', async () => {
    await started.close()
    started = await start(5)
    stage.registry.bundles = [(await stage.log.issue('lock', stage.ids, { ctr: 1 })).bundle]
    await expect.poll(() => started.phone.screen()?.kind).toBe('stolen')
  })

  it('A60 boots with the registry gone', async () => {
    await started.close()
    await stage.registry.stop()
    started = await start()
    expect(started.phone.screen()).toEqual({ kind: 'home' })
  })

  it('A60 boots before a registry that never answers does', async () => {
    await started.close()
    const sockets: Socket[] = []
    const mute = createTcp((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const registryUrl = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`
    const options = { ...stage.options(), registryUrl, timeoutMs: 500, port: 0 }
    const before = performance.now()
    started = await startPhone({ ...options, syncEveryMs: NEVER_MS })
    expect(performance.now() - before).toBeLessThan(400)
    expect(started.phone.screen()).toEqual({ kind: 'home' })
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => mute.close(() => resolve()))
  })

  it('is one program at a time', async () => {
    expect(await refusalOf(() => start())).toBe('data-folder-busy')
  })
})
