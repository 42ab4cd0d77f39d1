import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { MAX_LINE, Request } from '../../conformance/index.ts'
import { readLines } from '../../host/index.ts'
import type { Adapter } from './adapter.ts'

const MAX_TOTAL = 1024 * 1024 * 1024

/** Answers line by line until its input ends or it is told to stop. */
export async function serveLines(
  adapter: Adapter,
  input: Readable,
  output: Writable,
): Promise<void> {
  for await (const { text } of readLines(input, { lineBytes: MAX_LINE, totalBytes: MAX_TOTAL })) {
    const request = parse(text)
    if (request === null) break
    output.write(`${JSON.stringify(await adapter.answer(request))}\n`)
    if (request.do === 'stop') break
  }
  await adapter.close()
}

/** The same lines, each the body of a POST; one after the other. */
export async function serveHttp(
  adapter: Adapter,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  let last: Promise<unknown> = Promise.resolve()
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_LINE) incoming.destroy()
      else chunks.push(chunk)
    })
    incoming.on('end', () => {
      const request = parse(Buffer.concat(chunks).toString())
      last = last.then(async () => {
        if (request === null) response.writeHead(400).end()
        else response.end(JSON.stringify(await adapter.answer(request)))
      })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await adapter.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

function parse(text: string | null): Request | null {
  try {
    return Request.parse(JSON.parse(text ?? ''))
  } catch {
    return null
  }
}
