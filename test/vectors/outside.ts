/** How a set of vectors went; `failed` names file and reason. */
export interface VectorResult {
  readonly passed: number
  readonly failed: string[]
}

/** An outside vector as its file holds it. Other people's files are read, never copied. */
export interface VectorFile {
  readonly name: string
  /** Integers beyond 2^53 of the fields that may hold them arrive as text; a list as `items`. */
  readonly json: Json
  /** The file of the same name with another ending, as text; null where there is none. */
  readonly beside: (ending: string) => Promise<string | null>
}

export type Json = Readonly<Record<string, unknown>>

/** A kind of outside vectors, recognised by what a file holds and not by where it lies. */
export interface VectorKind {
  readonly name: string
  readonly holds: (json: Json) => boolean
  /** Why we disagree with a file; null where we agree. May name several. */
  readonly judge: (file: VectorFile) => string | null | Promise<string | null>
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
