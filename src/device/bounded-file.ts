import { open } from 'node:fs/promises'

/**
 * The whole file, or null: not there, not readable, or longer than `maxBytes`. Whoever holds the
 * phone may have put anything in its place.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array | null> {
  try {
    const handle = await open(path, 'r')
    try {
      const buffer = new Uint8Array(maxBytes + 1)
      let length = 0
      while (length <= maxBytes) {
        const { bytesRead } = await handle.read(buffer, length, maxBytes + 1 - length, length)
        if (bytesRead === 0) return buffer.slice(0, length)
        length += bytesRead
      }
      return null
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}
