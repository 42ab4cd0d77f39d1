export { mkdirDurably, syncPath, writeFileDurably } from './durable-file.ts'
export { lockFolder, type ProcessLock } from './process-lock.ts'
export { call, sha256Fast, signedHeader, type Call, type SignedLine } from './call.ts'
export { generateNoteSigner, noteSignerFromPem, verifyEd25519, type NoteSigner } from './ed25519.ts'
export { es256FromPem, es256Signer, es256Verifier, generateEs256 } from './es256.ts'
export { parseKeyName, type KeyName } from './key-name.ts'
export { firstLine, openKey, type Secrets } from './key-store.ts'
export { readTacFile, type TacFile } from './tac-file.ts'
export { makeLogger, type Logger } from './log.ts'
export type { Connector, TlsIdentity } from './connector.ts'
export {
  fraction,
  machine,
  nodeVerifiers,
  type Clock,
  type RandomBytes,
  type Surroundings,
} from './surroundings.ts'
