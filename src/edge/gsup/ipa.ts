/**
 * The IPA multiplex under GSUP: frames of length 2 (of what follows the protocol byte), protocol 1,
 * payload. Its length field is what bounds a frame: 3 bytes and at most 65,535 more.
 */
export const PROTOCOL = { ccm: 0xfe, osmo: 0xee } as const
const HEADER = 3

export function ipaFrame(protocol: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER + payload.length)
  frame.writeUInt16BE(payload.length, 0)
  frame[2] = protocol
  frame.set(payload, HEADER)
  return frame
}

export function protocolOf(frame: Buffer): number {
  return frame[2]!
}

export function payloadOf(frame: Buffer): Buffer {
  return frame.subarray(HEADER)
}

/** Cuts a stream into frames. It keeps less than one frame between reads. */
export class IpaReader {
  #rest: Buffer = Buffer.alloc(0)

  /** Every frame that is now complete, header included, in the order of the stream. */
  read(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Buffer[] = []
    let at = 0
    while (bytes.length - at >= HEADER) {
      const end = at + HEADER + bytes.readUInt16BE(at)
      if (end > bytes.length) break
      frames.push(bytes.subarray(at, end))
      at = end
    }
    this.#rest = bytes.subarray(at)
    return frames
  }
}
