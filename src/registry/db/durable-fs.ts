import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Init = NodeFS['init']
type PostgresModule = Awaited<ReturnType<Init>>['emscriptenOpts']

/** What we touch of Emscripten's NODEFS; its published types name none of it. */
interface FileNode {
  readonly parent: FileNode
}
interface NodeFsInternals {
  realPath(node: FileNode): string
  readonly stream_ops: {
    fsync?: (stream: { readonly nfd?: number; readonly node: FileNode }) => number
  }
  readonly node_ops: {
    mknod: (parent: FileNode, name: string, mode: number, device: number) => FileNode
    unlink: (parent: FileNode, name: string) => void
    rename: (node: FileNode, newParent: FileNode, newName: string) => void
  }
}
interface Internals {
  readonly NODEFS: NodeFsInternals
  readonly FS: { readonly ErrnoError: new (errno: number) => Error }
}

/** Emscripten's number for EIO, not the host's. */
const EIO = 29

/**
 * PGlite starts Postgres with -F, fsync off. The method matters as much: the default on Linux,
 * fdatasync, ends in a function of PGlite's that does nothing.
 */
export const DURABLE_START_PARAMS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
  // The kernel caches these files anyway, and memory the engine has once touched it never gives back.
  '-c',
  'shared_buffers=32MB',
]

export interface DurableFsOptions {
  readonly dataFolder: string
  /** Slot 0 counts fsyncs that succeeded; shared so that the main thread can read it. */
  readonly fsyncs: BigInt64Array
  /** For tests only: this fsync since opening, and every one after it, fails like a dying disk. */
  readonly failFsyncAt?: number | undefined
}

/**
 * PGlite's Node file system with the one call it lacks. Stock, a missing fsync callback counts as
 * success (electric-sql/pglite #1107): in a simulated power cut all acknowledged rows were lost.
 */
export class DurableNodeFS extends NodeFS {
  readonly #options: DurableFsOptions
  #attempts = 0

  constructor(options: DurableFsOptions) {
    super(options.dataFolder)
    this.#options = options
  }

  override async init(...[pglite, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pglite, options)
    const install = (module: unknown) => this.#install(module as Internals)
    const preRun = [...(emscriptenOpts.preRun ?? []), install] as NonNullable<
      PostgresModule['preRun']
    >
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }

  #install({ NODEFS, FS }: Internals): void {
    // A result, never an exception of ours: a foreign one left the thread spinning for ever.
    NODEFS.stream_ops.fsync = (stream) =>
      stream.nfd === undefined
        ? this.#syncPath(NODEFS.realPath(stream.node))
        : this.#syncDescriptor(stream.nfd)

    // Postgres syncs a directory after its durable renames and at checkpoints, but not that of a
    // table file it just made: the rows would survive a power cut, their file's name would not.
    const syncDirectory = (node: FileNode) => {
      if (this.#syncPath(NODEFS.realPath(node)) !== 0) throw new FS.ErrnoError(EIO)
    }
    const ops = NODEFS.node_ops
    const { mknod, unlink, rename } = ops
    ops.mknod = (parent, name, mode, device) => {
      const node = mknod(parent, name, mode, device)
      syncDirectory(parent)
      return node
    }
    ops.unlink = (parent, name) => {
      unlink(parent, name)
      syncDirectory(parent)
    }
    ops.rename = (node, newParent, newName) => {
      const oldParent = node.parent
      rename(node, newParent, newName)
      syncDirectory(newParent)
      if (oldParent !== newParent) syncDirectory(oldParent)
    }
  }

  #syncPath(path: string): number {
    let descriptor: number
    try {
      descriptor = openSync(path, 'r')
    } catch {
      return EIO
    }
    try {
      return this.#syncDescriptor(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  #syncDescriptor(descriptor: number): number {
    this.#attempts++
    if (this.#attempts >= (this.#options.failFsyncAt ?? Infinity)) return EIO
    try {
      fsyncSync(descriptor)
    } catch {
      return EIO
    }
    Atomics.add(this.#options.fsyncs, 0, 1n)
    return 0
  }
}
