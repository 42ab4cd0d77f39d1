import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { Refusal } from '../core/refusal.ts'

/** One folder, one process: held from `lockFolder` until `release`. */
export interface ProcessLock {
  readonly path: string
  release(): void
}

/** Who holds a lock. A pid alone proves nothing, since pids repeat, in containers at once. */
interface Holder {
  readonly pid: number
  /** Clock ticks from boot to the start of the process; null where there is no /proc. */
  readonly startTime: string | null
  readonly bootId: string | null
  readonly host: string
}

/**
 * Locks an existing folder by a file beside it, and takes over a lock only from a process that is
 * provably gone. Never by age: a holder that is busy for minutes looks dead and still writes.
 * Two containers that share both a folder and a host name cannot see each other's processes; give
 * them different names. @throws {Refusal} data-folder-busy, data-folder-unsafe
 */
export function lockFolder(folder: string): ProcessLock {
  const real = realpathSync(folder) // one folder under two names is one folder
  if (NETWORK_FILE_SYSTEMS.has(statfsSync(real).type))
    throw new Refusal('data-folder-unsafe', 'expected a local file system, found a network one')
  return lockFile(`${real}.lock`)
}

/** statfs(2) magic numbers: NFS, SMB, CIFS, SMB2, AFS, Ceph. There O_EXCL and fsync are promises. */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400,
])

function lockFile(path: string): ProcessLock {
  const mine = describeSelf()
  if (create(path, mine)) return held(path, mine)
  const found = read(path)
  if (found !== null) {
    const holder = parseHolder(found, path)
    if (!isGone(holder)) throw busy(path, holder)
    // Removing a dead lock is itself done under a lock, and after reading it again: else the
    // second of two that both saw the dead one would remove the fresh lock of the first.
    const guard = lockFile(`${path}.takeover`)
    try {
      if (read(path) === found) unlinkSync(path)
    } finally {
      guard.release()
    }
  }
  if (create(path, mine)) return held(path, mine)
  throw new Refusal('data-folder-busy', `another process was faster to take ${path}`)
}

function held(path: string, mine: string): ProcessLock {
  let released = false
  return {
    path,
    release() {
      if (released) return
      released = true
      if (read(path) === mine) unlinkSync(path)
    },
  }
}

/** Exclusive creation (O_EXCL) under another name and a link: link(2) also refuses an existing
 * name, and so the lock never exists half written, which nobody could prove dead. */
function create(path: string, contents: string): boolean {
  const temporary = `${path}.${randomUUID()}`
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(descriptor, contents)
    fsyncSync(descriptor)
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    closeSync(descriptor)
    unlinkSync(temporary)
  }
}

function describeSelf(): string {
  const holder: Holder = {
    pid: process.pid,
    startTime: processStat(process.pid)?.startTime ?? null,
    bootId: bootId(),
    host: hostname(),
  }
  return `${JSON.stringify(holder)}\n`
}

function parseHolder(text: string, path: string): Holder {
  try {
    const value = JSON.parse(text) as Partial<Holder>
    const { pid, startTime, bootId, host } = value
    if (typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && host !== undefined)
      return { pid, startTime: startTime ?? null, bootId: bootId ?? null, host }
  } catch {
    // not ours, or damaged: refused below, since nothing proves that its writer is gone
  }
  throw new Refusal('data-folder-busy', `lock ${path} is unreadable; remove it if nobody runs`)
}

function isGone(holder: Holder): boolean {
  if (holder.host !== hostname()) return false
  const boot = bootId()
  if (holder.bootId !== null && boot !== null && holder.bootId !== boot) return true
  if (!pidExists(holder.pid)) return true
  const stat = processStat(holder.pid)
  if (stat === null) return false
  if (stat.state === 'Z' || stat.state === 'X') return true // dead, only not yet reaped
  return holder.startTime !== null && holder.startTime !== stat.startTime
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isCode(error, 'ESRCH') // EPERM: it lives, as someone else
  }
}

/** proc(5): the name in field 2 may hold spaces and brackets, so count from its last bracket. */
function processStat(pid: number): { state: string; startTime: string } | null {
  const text = read(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields[3 - 3], fields[22 - 3]]
  return state === undefined || startTime === undefined ? null : { state, startTime }
}

function bootId(): string | null {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? null
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return null
    throw error
  }
}

function busy(path: string, holder: Holder): Refusal {
  return new Refusal(
    'data-folder-busy',
    `process ${holder.pid} on ${holder.host} holds this folder (lock ${path})`,
    { pid: holder.pid },
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
