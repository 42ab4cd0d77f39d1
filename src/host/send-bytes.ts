import { connectionRefusal } from './call.ts'

/** Bytes for an address that somebody else chose. */
export interface Bytes {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
  /** Milliseconds until the caller gives up. */
  readonly timeoutMs: number
}

/**
 * Posts bytes and looks at the status alone: what is answered is not read, and no redirect is followed.
 * @returns the status @throws {Refusal} unavailable, timeout
 */
export async function sendBytes({ url, headers, body, timeoutMs }: Bytes): Promise<number> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await answer.body?.cancel()
    return answer.status
  } catch (error) {
    throw connectionRefusal(error)
  }
}
