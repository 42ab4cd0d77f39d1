import type { Answer, Ask, Started } from './protocol.ts'

/** What an adapter did instead of answering. The case it happened in is `errored`, the run goes on. */
export class AdapterFault extends Error {
  override readonly name = 'AdapterFault'
}

/** A device under test, asked one thing at a time. */
export interface AdapterLink {
  /** @throws {AdapterFault} silent, gone, garbage, another answer than to what was asked */
  ask(ask: Ask): Promise<Answer>
  start(suite: string): Promise<Started>
  /** Ends it, whatever it is doing. Never throws. */
  close(): Promise<void>
}

/** Starts a fresh one. @throws {AdapterFault} it does not start */
export type OpenLink = () => Promise<AdapterLink>
