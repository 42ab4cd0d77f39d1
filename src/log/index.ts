export { auditLog, readTileFrom, type Audit, type Audited, type HashedBundle } from './auditor.ts'
export {
  checkNoSplitView,
  formatCheckpoint,
  openCheckpoint,
  openForeignCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type Checkpoint,
  type VerifiedCheckpoint,
} from './checkpoint.ts'
export { CompactRange } from './compact-range.ts'
export { cosign, cosignatureTime, cosignedMessage } from './cosignature.ts'
export {
  MAX_ENTRY_BYTES,
  appendEntries,
  bundleTile,
  decodeBundle,
  encodeBundle,
  type EntryBundle,
} from './entry-bundle.ts'
export {
  EMPTY_ROOT,
  HASH_SIZE,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
  type Consistency,
  type Inclusion,
  type Sha256,
} from './merkle.ts'
export {
  COSIGNATURE,
  ED25519,
  formatVkey,
  isSameKey,
  noteKey,
  parseVkey,
  type NoteKey,
  type SignEd25519,
  type VerifyEd25519,
} from './note-key.ts'
export {
  MAX_NOTE_BYTES,
  formatNote,
  formatSignatureLine,
  parseNote,
  type Note,
  type NoteSignature,
} from './note.ts'
export {
  openNote,
  signNote,
  signText,
  verifyLines,
  type OpenedNote,
  type VerifiedLine,
} from './open-note.ts'
export { openProof, type LoggedEntry } from './open-proof.ts'
export {
  NO_QUORUM,
  parsePolicy,
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
} from './policy.ts'
export { formatProof, parseProof, type TlogProof } from './proof.ts'
export {
  GUARDIANS,
  checkQuorum,
  logKeys,
  wouldBeQuorum,
  type Cosigner,
  type Quorum,
} from './quorum.ts'
export {
  checkSnapshot,
  openDelta,
  openDeltaHead,
  openSnapshotHead,
  signDeltaHead,
  signSnapshotHead,
  snapshotKeyName,
  type DeltaHead,
  type SnapshotHead,
} from './set-head.ts'
export type { Source } from './text.ts'
export {
  EMPTY_EDGE,
  appendLeaves,
  edgeRoot,
  readEdge,
  type Appended,
  type ReadTile,
  type TileEdge,
} from './tile-edge.ts'
export {
  CHECKPOINT_PATH,
  TILE_WIDTH,
  changedBundles,
  changedTiles,
  hashesAtLevel,
  parseTilePath,
  tilePath,
  tileWidth,
  type HashTile,
  type Tile,
} from './tiles.ts'
export {
  GrowingOutline,
  OutlineRoots,
  outlineRoot,
  readOutline,
  type TreeOutline,
} from './tree-outline.ts'
export { consistencyProof, inclusionProof } from './tree.ts'
export { wholeTree, type WholeTree } from './whole-tree.ts'
export {
  MAX_ADD_CHECKPOINT_BYTES,
  TREE_SIZE_TYPE,
  formatAddCheckpoint,
  formatCosignatures,
  formatTreeSize,
  monitoringPath,
  parseAddCheckpoint,
  parseCosignatures,
  parseTreeSize,
  type AddCheckpoint,
} from './witness-request.ts'
