import { ServerResponse } from 'node:http'
import { makeLogger, machine, noteSignerFromPem } from '../src/host/index.ts'
import { parseVkey } from '../src/log/index.ts'
import { startWitness } from '../src/witness/index.ts'

/**
 * A witness that is killed at the one moment that matters: its new state is durable, its answer has
 * not left. Started by its test as a process of its own: folder, log key; its own key on stdin.
 */
const [dataDir, logVkey, pem] = process.argv.slice(2)

const writeHead: (...args: never[]) => unknown = ServerResponse.prototype.writeHead
ServerResponse.prototype.writeHead = function (this: ServerResponse, ...args: never[]) {
  const { req } = this as ServerResponse & { req: { url?: string } }
  if (req.url === '/add-checkpoint' && (args[0] as number) === 200) process.kill(process.pid, 'SIGKILL')
  return writeHead.apply(this, args)
} as typeof ServerResponse.prototype.writeHead
