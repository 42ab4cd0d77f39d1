// Runs inside a worker thread: builds and encodes sets of millions while checks are answered.
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { equal } from '../../core/bytes.ts'
import { Refusal, demand } from '../../core/refusal.ts'
import { changedGroups } from '../../core/sets/change.ts'
import { decodeSnapshot, encodeSnapshot } from '../../core/sets/snapshot.ts'
import type { TacGroups } from '../../core/sets/tac-group.ts'
import { Arena } from './arena.ts'
import { Overlay } from './overlay.ts'
import { changesTo } from './set-changes.ts'
import type { Job, Jobs, Outcome, SetParts } from './set-jobs.ts'

const port = parentPort
if (port === null) throw new Error('this module runs as a worker thread only')

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

function load({ bytes, sha256: expected }: Jobs['load']['ask']): Jobs['load']['answer'] {
  demand(equal(sha256(bytes), expected), 'snapshot-hash', 'these are not the bytes it was made of')
  const { list, treeSize, groups } = decodeSnapshot(bytes)
  return { list, treeSize, base: Arena.of(groups).buffer }
}

function groupsOf({ base, overlays }: SetParts): TacGroups {
  const arena = new Arena(base)
  const { adds, removes } = changesTo(
    arena,
    overlays.map((slots) => new Overlay(slots)),
  )
  return changedGroups(arena.groups, adds, removes)
}

function encode({ list, treeSize, ...parts }: Jobs['encode']['ask']): Jobs['encode']['answer'] {
  const bytes = encodeSnapshot({ list, treeSize, groups: groupsOf(parts) })
  const hash = sha256(bytes)
  const both = new Uint8Array(bytes.length + hash.length)
  both.set(bytes)
  both.set(hash, bytes.length)
  return both
}

function answerTo(job: Job): Jobs[keyof Jobs]['answer'] {
  switch (job.kind) {
    case 'load':
      return load(job)
    case 'fold':
      return Arena.of(groupsOf(job)).buffer
    case 'encode':
      return encode(job)
  }
}

function outcomeOf(job: Job): Outcome {
  try {
    return { answer: answerTo(job) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { refused: { code: error.code, message: error.message } }
  }
}

const outcome = outcomeOf(workerData as Job)
const moved =
  'answer' in outcome && outcome.answer instanceof Uint8Array ? [outcome.answer.buffer] : []
port.postMessage(outcome, moved)
