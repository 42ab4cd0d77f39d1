// Runs inside a worker thread: a long statement in the calling thread would stop every timer and
// socket of the registry for as long as it takes.
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { concat } from '../../core/bytes.ts'
import { DURABLE_START_PARAMS, DurableNodeFS, type DurableFsOptions } from './durable-fs.ts'

/** From the main thread: protocol frames to execute, or null to shut down. */
export type ToWorker = Uint8Array<ArrayBuffer> | null
/** To the main thread: null once when ready, then one reply per message, in order. */
export type FromWorker = Uint8Array<ArrayBuffer> | null

const port = parentPort
if (port === null) throw new Error('this module runs as a worker thread only')

const pglite = await PGlite.create({
  fs: new DurableNodeFS(workerData as DurableFsOptions),
  startParams: DURABLE_START_PARAMS,
})

async function execute(frames: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  await pglite.execProtocolRawStream(frames, {
    syncToFs: false, // there for browsers; here each commit has synced by itself
    // slice: each chunk is a view of the engine's own memory, reused for the next one
    onRawData: (chunk) => chunks.push(chunk.slice()),
  })
  return concat(...chunks)
}

port.on('message', (message: ToWorker) => {
  if (message === null) {
    void pglite.close().then(() => port.close())
    return
  }
  // A failure here is left unhandled on purpose: it ends the thread, which ends the instance.
  void execute(message).then((reply) => port.postMessage(reply, [reply.buffer]))
})

port.postMessage(null satisfies FromWorker)
