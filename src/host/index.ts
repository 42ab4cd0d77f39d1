export { Rejected, json, orReject, problem, text, type Answer } from './answer.ts'
export { mkdirDurably, syncPath, writeFileDurably } from './durable-file.ts'
export { lockFolder, type ProcessLock } from './process-lock.ts'
export { call, sha256Fast, signedHeader, type Call, type SignedLine } from './call.ts'
export { generateNoteSigner, noteSignerFromPem, verifyEd25519, type NoteSigner } from './ed25519.ts'
export { es256FromPem, es256PublicKey, es256Signer, es256Verifier, generateEs256 } from './es256.ts'
export { parseKeyName, type KeyName } from './key-name.ts'
export { firstLine, openKey, type Secrets } from './key-store.ts'
export { listen, type Listening, type Route } from './listen.ts'
export { fetchPartList } from './fetch-part-list.ts'
export { openLine } from './open-line.ts'
export { retryLater } from './retry-later.ts'
export { sendBytes } from './send-bytes.ts'
export { reconnectMs } from './reconnect.ts'
export { certificatesOf, type Member } from './founding/country.ts'
export {
  DEMO_COUNTRY,
  found,
  foundWorld,
  type FoundedCountry,
  type FoundedWorld,
  type Founding,
  type FoundingOptions,
} from './founding/founding.ts'
export { policyText, type PolicyMember } from './founding/policy.ts'
export { readFileLines } from './file-lines.ts'
export { readLines, type Line } from './lines.ts'
export { readBody } from './read-body.ts'
export { readTacFile, type TacFile } from './tac-file.ts'
export { makeLogger, withoutImeis, type Logger } from './log.ts'
export type { Connector, TlsIdentity } from './connector.ts'
export {
  fraction,
  machine,
  nodeVerifiers,
  type Clock,
  type RandomBytes,
  type Surroundings,
} from './surroundings.ts'
