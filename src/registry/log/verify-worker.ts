// Runs inside a worker thread: a batch of packed questions comes, a byte for each goes back.
import { parentPort } from 'node:worker_threads'
import { es256Verifier } from '../../host/index.ts'
import { unpack } from './verify-batch.ts'

const port = parentPort
if (port === null) throw new Error('this module runs as a worker thread only')
const verify = es256Verifier()

port.on('message', (batch: Uint8Array<ArrayBuffer>) => {
  port.postMessage(Uint8Array.from(unpack(batch), (question) => Number(verify(...question))))
})
