import { Worker } from 'node:worker_threads'
import { Refusal, type RefusalCode } from '../../core/refusal.ts'
import type { List } from '../../core/sets/tac-group.ts'

/** A set as another thread needs it: shared memory, and copies of what was said since, newest first. */
export interface SetParts {
  readonly base: SharedArrayBuffer
  readonly overlays: readonly Uint32Array<ArrayBuffer>[]
}

/** What takes longer than a check may wait. */
export interface Jobs {
  /** A snapshot and its SHA-256; both are handed over. */
  load: {
    readonly ask: { readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: Uint8Array }
    readonly answer: {
      readonly list: List
      readonly treeSize: number
      readonly base: SharedArrayBuffer
    }
  }
  /** A new base from the old one and what was said since. */
  fold: { readonly ask: SetParts; readonly answer: SharedArrayBuffer }
  /** The snapshot, and behind it its SHA-256. */
  encode: {
    readonly ask: SetParts & { readonly list: List; readonly treeSize: number }
    readonly answer: Uint8Array<ArrayBuffer>
  }
}

export type Job = { [K in keyof Jobs]: { readonly kind: K } & Jobs[K]['ask'] }[keyof Jobs]

/** An error loses its class on the way between threads. */
export type Outcome =
  | { readonly answer: Jobs[keyof Jobs]['answer'] }
  | { readonly refused: { readonly code: RefusalCode; readonly message: string } }

// Always the built file: a worker thread cannot load our sources.
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/edge/sets/set-worker.js' : './set-worker.js',
  import.meta.url,
)

/** Does it on a thread of its own, which ends with it. @throws {Refusal} what the job is refused with */
export function runJob<K extends keyof Jobs>(
  kind: K,
  ask: Jobs[K]['ask'],
  transferList: readonly ArrayBuffer[] = [],
): Promise<Jobs[K]['answer']> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, {
      execArgv: [],
      workerData: { kind, ...ask },
      transferList: [...transferList],
    })
    worker.on('message', (outcome: Outcome) => {
      if ('answer' in outcome) resolve(outcome.answer)
      else reject(new Refusal(outcome.refused.code, outcome.refused.message))
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('the thread ended without an answer')))
  })
}
