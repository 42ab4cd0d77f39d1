import { createServer, type Server } from 'node:net'
import { randomInt } from 'node:crypto'
import { Refusal } from '../core/index.ts'

/** Above well-known services, below what systems take for outgoing connections (Linux: from 32768). */
const RANGE = { first: 10_240, end: 32_000 } as const
/** Ports are claimed in blocks: the first port of a block is held open as long as its process lives. */
const BLOCK = 64
const ATTEMPTS = 50

/** What is left of the block this process claimed last. */
let block = { next: 0, end: 0 }

/**
 * Ports in a row that nobody holds at this moment, on the loopback, and that no other process of ours
 * will be given: two that draw at once would otherwise meet on a port between drawing and listening.
 * None is of those a system gives to outgoing connections: it would be gone again before a server,
 * stopped for a while, has it back.
 *
 * @param count at most 63
 * @throws {Refusal} unavailable
 */
export async function freePorts(count: number): Promise<number[]> {
  if (count >= BLOCK) throw new RangeError(`at most ${BLOCK - 1} ports in a row`)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    while (block.next + count > block.end) await claimBlock()
    const ports = Array.from({ length: count }, (_, i) => block.next + i)
    block.next += count
    const row = await Promise.allSettled(ports.map(listen))
    for (const result of row) if (result.status === 'fulfilled') await close(result.value)
    if (row.every((result) => result.status === 'fulfilled')) return ports
  }
  throw new Refusal('unavailable', `no ${count} free ports in a row`)
}

async function claimBlock(): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = randomInt(RANGE.first / BLOCK, RANGE.end / BLOCK) * BLOCK
    const claim = await listen(first).catch(() => null)
    if (!claim) continue
    claim.unref()
    block = { next: first + 1, end: first + BLOCK }
    return
  }
  throw new Refusal('unavailable', 'no block of free ports')
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
