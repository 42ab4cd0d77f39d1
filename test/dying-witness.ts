import { ServerResponse } from 'node:http'
import { makeLogger, machine, noteSignerFromPem } from '../src/host/index.ts'
import { COSIGNATURE, parseVkey } from '../src/log/index.ts'
import { startWitness } from '../src/witness/index.ts'

/**
 * A witness that is killed at the one moment that matters: its state is durable, its answer has not
 * left. Run by its test as a process of its own: folder, log's vkey, own key.
 */
const [dataDir, log, pem] = process.argv.slice(2)
const end = Object.getOwnPropertyDescriptor(ServerResponse.prototype, 'writeHead')!
Object.defineProperty(ServerResponse.prototype, 'writeHead', {
  ...end,
  value(this: ServerResponse, status: number, ...rest: unknown[]) {
    if (status === 200) process.kill(process.pid, 'SIGKILL')
    return (end.value as (...args: unknown[]) => unknown).call(this, status, ...rest)
  },
})
const witness = await startWitness({
  signer: noteSignerFromPem('witness.example', COSIGNATURE, pem!),
  logs: [parseVkey(log!)],
  dataDir: dataDir!,
  port: 0,
  surroundings: machine,
  logger: makeLogger('witness', 'silent'),
})
process.stdout.write(`${witness.url}\n`)
