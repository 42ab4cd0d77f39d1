import type { PublicKey } from '../../core/index.ts'
import { ALG, CC, HIERARCHY, PASSWORD, TICKET } from './codes.ts'
import type { Answer } from './frame.ts'
import { PLATFORM } from './nv-commands.ts'
import { verifyingArea } from './public-area.ts'
import { readSignature } from './signature.ts'
import type { Tpm } from './tpm.ts'
import { EMPTY, concat, sized, u16, u32 } from './writer.ts'

/** An object as it leaves the TPM: its private half is encrypted to its parent. */
export interface ObjectBlob {
  readonly privateArea: Uint8Array
  readonly publicArea: Uint8Array
}

export const MAX_PRIVATE = 512
export const MAX_PUBLIC = 256
const MAX_NAME = 66

/** A primary key of the platform hierarchy: Clear does not touch it. @returns a transient handle */
export async function createPrimary(tpm: Tpm, template: Uint8Array): Promise<number> {
  const command = {
    code: CC.createPrimary,
    handles: [PLATFORM.handle],
    sessions: [PLATFORM.session],
    parameters: creation(EMPTY, template),
    givesHandle: true,
  }
  return tpm.run(command, ({ handle, parameters }) => {
    parameters.skipRest()
    return handle
  })
}

/** @param data to be sealed; empty where the TPM makes a key. @throws {Refusal} store */
export async function create(
  tpm: Tpm,
  parent: number,
  template: Uint8Array,
  data: Uint8Array = EMPTY,
): Promise<ObjectBlob> {
  const command = {
    code: CC.create,
    handles: [parent],
    sessions: [PASSWORD],
    parameters: creation(data, template),
  }
  return tpm.run(command, ({ parameters }) => {
    const blob = {
      privateArea: parameters.sized(MAX_PRIVATE),
      publicArea: parameters.sized(MAX_PUBLIC),
    }
    parameters.skipRest()
    return blob
  })
}

function creation(data: Uint8Array, template: Uint8Array): Uint8Array {
  const sensitive = concat(sized(EMPTY), sized(data))
  return concat(sized(sensitive), sized(template), sized(EMPTY), u32(0))
}

/** @returns a transient handle */
export async function load(tpm: Tpm, parent: number, blob: ObjectBlob): Promise<number> {
  const command = {
    code: CC.load,
    handles: [parent],
    sessions: [PASSWORD],
    parameters: concat(sized(blob.privateArea), sized(blob.publicArea)),
    givesHandle: true,
  }
  return tpm.run(command, handleAndName)
}

/**
 * A key of somebody else, under the owner hierarchy: a ticket of the null hierarchy is worth nothing
 * to PolicyAuthorize. @returns a transient handle
 */
export async function loadExternal(tpm: Tpm, key: PublicKey): Promise<number> {
  const command = {
    code: CC.loadExternal,
    handles: [],
    parameters: concat(sized(EMPTY), sized(verifyingArea(key)), u32(HIERARCHY.owner)),
    givesHandle: true,
  }
  return tpm.run(command, handleAndName)
}

/** The name of what was loaded, which we know, comes after its handle. */
function handleAndName({ handle, parameters }: Answer): number {
  parameters.sized(MAX_NAME)
  return handle
}

/** Keeps a transient object of the platform for good, under that handle. */
export async function persist(tpm: Tpm, object: number, handle: number): Promise<void> {
  await tpm.tell({
    code: CC.evictControl,
    handles: [PLATFORM.handle, object],
    sessions: [PLATFORM.session],
    parameters: u32(handle),
  })
}

/** @returns the public area of a loaded or persistent object */
export async function readPublic(tpm: Tpm, handle: number): Promise<Uint8Array> {
  return tpm.run({ code: CC.readPublic, handles: [handle] }, ({ parameters }) => {
    const area = parameters.sized(MAX_PUBLIC)
    parameters.sized(MAX_NAME)
    parameters.sized(MAX_NAME) // its own name, and one that says where it hangs
    return area
  })
}

/** @returns what was sealed. @throws {Refusal} store */
export async function unseal(tpm: Tpm, object: number, session: number): Promise<Uint8Array> {
  const command = { code: CC.unseal, handles: [object], sessions: [session] }
  return tpm.run(command, ({ parameters }) => parameters.sized(128))
}

/** ES256 over a SHA-256. @returns r‖s. @throws {Refusal} store */
export async function signDigest(tpm: Tpm, key: number, digest: Uint8Array): Promise<Uint8Array> {
  const noTicket = concat(u16(TICKET.hashCheck), u32(HIERARCHY.null), sized(EMPTY))
  const command = {
    code: CC.sign,
    handles: [key],
    sessions: [PASSWORD],
    parameters: concat(sized(digest), u16(ALG.null), noTicket),
  }
  return tpm.run(command, ({ parameters }) => readSignature(parameters))
}
