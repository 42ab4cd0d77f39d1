import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { machine } from '../host/index.ts'
import { AdapterFault, type AdapterLink, type OpenLink } from './adapter-link.ts'
import { CASES, SUITE } from './cases.ts'
import { resultOf } from './result.ts'
import { runCases } from './runner.ts'
import { overHttp } from './http.ts'
import { overStdio } from './stdio.ts'
import { textReport } from './report/text.ts'

const FEW = CASES.filter(({ id }) => id.startsWith('SM-EMG')).slice(0, 2)
/** Long enough for a process to start; only silence takes it. */
const PATIENCE_MS = 5_000

const STARTED = `JSON.stringify({ seq: q.seq, protocol: 1, features: [],
  implementation: { name: 'x', version: '1', store: 'file' } })`
const ANSWER = `JSON.stringify({ seq: q.seq, refusal: null, screen: null, calling: null })`

/** An adapter in a few words: `then` is what it does with the first question after \`start\`. */
const program = (then: string, start = `say(${STARTED})`) => [
  process.execPath,
  '-e',
  `const say = (text) => process.stdout.write(text + '\\n')
   require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
     const q = JSON.parse(line)
     if (q.do === 'stop') process.exit()
     if (q.do === 'start') { ${start} } else { ${then} }
   })`,
]

async function runOver(open: OpenLink) {
  const run = await runCases({ open, cases: FEW, suite: SUITE, random: machine.random })
  return { run, outcomes: run.results.map(({ outcome, why }) => `${outcome}: ${why}`) }
}

describe('A97 an adapter that misbehaves', () => {
  it.each([
    ['says nothing that is JSON', `say('hello')`, 'a line that is no JSON'],
    ['answers in another shape', `say('{"seq":2}')`, 'an answer of another shape'],
    [
      'adds what nobody asked for',
      `say(${ANSWER.replace('seq:', 'id: 7, seq:')})`,
      'an answer of another shape',
    ],
    ['answers another question', `q.seq++; say(${ANSWER})`, 'an answer to another question'],
    ['dies', `process.exit(3)`, 'the adapter ended'],
    ['dies by a signal', `process.kill(process.pid, 'SIGSEGV')`, 'the adapter ended'],
    [
      'never ends its line',
      `const a = 'a'.repeat(65536); setInterval(() => process.stdout.write(a), 1)`,
      'a longer line than any answer',
    ],
    [
      'writes a line that is too long',
      `say('"' + 'a'.repeat(70_000) + '"')`,
      'a longer line than any answer',
    ],
    [
      'writes to the terminal of whoever reads',
      `say(${ANSWER.replace('refusal: null', "refusal: 'a\\u001b[2J'")})`,
      'an answer of another shape',
    ],
    [
      'cannot do what every device can',
      `say(${ANSWER.replace('seq:', "key: 'AA==', unable: true, seq:")})`,
      'a key that is none',
    ],
  ])(
    'that %s is errored, case by case, and the run ends',
    async (_, then, why) => {
      const { outcomes, run } = await runOver(
        overStdio({ command: program(then), timeoutMs: PATIENCE_MS }),
      )
      expect(outcomes).toHaveLength(FEW.length)
      for (const outcome of outcomes) expect(outcome).toMatch(new RegExp(`^errored: .*${why}`))
      const result = resultOf(run, FEW, { suite: SUITE, whole: true, at: 0 })
      expect(result.conforms).toBe(false)
    },
    120_000,
  )

  it('that answers twice is not believed the second time', async () => {
    const twice = program(`say(${ANSWER}); say(${ANSWER})`)
    const { outcomes } = await runOver(overStdio({ command: twice, timeoutMs: PATIENCE_MS }))
    for (const outcome of outcomes) expect(outcome).toMatch(/^errored/)
  })

  it('that keeps silent costs no more than its time', async () => {
    const { outcomes } = await runOver(overStdio({ command: program(''), timeoutMs: 1000 }))
    for (const outcome of outcomes) expect(outcome).toBe('errored: no answer in time')
  })

  it('that does not start, or speaks another protocol, is given up', async () => {
    const commands = [
      ['/nonexistent/adapter'],
      program('', 'process.exit()'),
      program('', `say(${STARTED.replace('protocol: 1', 'protocol: 2')})`),
    ]
    for (const command of commands) {
      const { run, outcomes } = await runOver(overStdio({ command, timeoutMs: PATIENCE_MS }))
      expect(run.started).toBeNull()
      expect(outcomes.every((outcome) => outcome.startsWith('errored'))).toBe(true)
      const result = resultOf(run, FEW, { suite: SUITE, whole: true, at: 0 })
      expect(result.conforms).toBe(false)
      expect(textReport(result)).toContain('The device never answered.')
    }
  })

  it('that comes back as another device after a fault is not judged as the first', async () => {
    const names = ['one', 'two']
    const open: OpenLink = () => {
      const name = names.shift() ?? 'two'
      const link: AdapterLink = {
        start: () =>
          Promise.resolve({
            seq: 1,
            protocol: 1,
            implementation: { name, version: '1', store: 'file' },
            features: [],
          }),
        ask: () => Promise.reject(new AdapterFault('gone')),
        close: () => Promise.resolve(),
      }
      return Promise.resolve(link)
    }
    const { run } = await runOver(open)
    expect(run.started?.implementation.name).toBe('one')
    expect(
      run.results.filter(({ why }) => why === 'another device than at the first start').length,
    ).toBeGreaterThan(0)
  })

  it('that hangs up over HTTP is errored', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { outcomes } = await runOver(overHttp(`http://127.0.0.1:${port}`, PATIENCE_MS))
    server.close()
    for (const outcome of outcomes) expect(outcome).toMatch(/^errored/)
  })
})
