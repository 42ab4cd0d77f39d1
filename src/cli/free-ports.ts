import { createServer, type Server } from 'node:net'
import { randomInt } from 'node:crypto'
import { Refusal } from '../core/index.ts'

/** Above well-known services, below what systems take for outgoing connections (Linux: from 32768). */
const RANGE = { first: 10_000, end: 32_000 } as const
const ATTEMPTS = 50

/**
 * Ports in a row that nobody holds at this moment, on the loopback. None is of those a system gives to
 * outgoing connections: it would be gone again before a server, stopped for a while, has it back.
 * @throws {Refusal} unavailable
 */
export async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = randomInt(RANGE.first, RANGE.end - count)
    const ports = Array.from({ length: count }, (_, i) => first + i)
    const row = await Promise.allSettled(ports.map(listen))
    for (const result of row) if (result.status === 'fulfilled') await close(result.value)
    if (row.every((result) => result.status === 'fulfilled')) return ports
  }
  throw new Refusal('unavailable', `no ${count} free ports in a row`)
}

async function listen(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
