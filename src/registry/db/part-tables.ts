import type { Bytes, BytesOrNull, Int8, Int8OrNull } from './column-types.ts'

/** A part that holds a key, and which phone has it. */
interface PartsTable {
  /** SHA-256 thumbprint of its key. */
  id: Bytes
  type: string
  /** Id of the key that vouches for it. */
  maker: Bytes
  /** Leaf with which it first appeared: the maker's key is judged as of there. */
  first_index: Int8
  /** The device that has it. */
  host: Bytes
  /** Hash of what binds it there. */
  binding_hash: Bytes
}

/** Bindings after the first, each by what it follows. */
interface PartBindingsTable {
  part_id: Bytes
  /** Hash of the binding before; empty for a spare's first. */
  previous: Bytes
  hash: Bytes
  host: Bytes
  /** The phone that had the part before. */
  donor: BytesOrNull
  /** COSE_Sign by phone and part; empty once it is erased, as the release and the salt are. */
  binding: Bytes
  /** The release it rests on. */
  release: BytesOrNull
  /** Hides the record in the log. */
  salt: Bytes
  /** Null: reserved, and not logged yet. */
  log_index: Int8OrNull
  at_ms: Int8
}

/** Phones that asked for a part which another one has. */
interface PartClaimsTable {
  part_id: Bytes
  host: Bytes
  /** Where it asked; null: it was made with the part, as the other one was. */
  country: string | null
  /** When the nonce of its last question was drawn. */
  at_ms: Int8
  /** When the phone that has the part was last found to have it all the same. */
  conflict_ms: Int8OrNull
}

/** What the registry knows of parts. */
export interface PartTables {
  parts: PartsTable
  part_bindings: PartBindingsTable
  part_claims: PartClaimsTable
}
