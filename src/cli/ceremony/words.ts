import {
  certificateOf,
  parseAuthorityList,
  parseDistrust,
  parseRoot,
  sha256,
  thumbprint,
  toHex,
  WHY_DISTRUSTED,
  type AuthorityList,
  type Certificate,
  type Contact,
  type Distrust,
  type DraftedKind,
  type PublicKey,
  type RootDocument,
} from '../../core/index.ts'

/** 128 bits in groups of four: what people read to each other across a table. */
export function fingerprint(hash: Uint8Array): string {
  return toHex(hash.slice(0, 16)).match(/.{4}/g)!.join(' ')
}

export const fingerprintOf = (key: PublicKey) => fingerprint(thumbprint(key))

/** A day as people write it, for a time in Unix seconds. */
function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

/** A document in words, every field of it, before anybody signs. */
export function inWords(kind: DraftedKind, payload: Uint8Array): readonly string[] {
  const name = `  fingerprint of this document: ${fingerprint(sha256(payload))}`
  return [...sentences(kind, payload), name].map((line) => plainly(line))
}

/** Names and policies are anybody's text: a terminal must not be told by them to hide what is signed. */
function plainly(line: string): string {
  return line.replaceAll(
    /[^ -~]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

function sentences(kind: DraftedKind, payload: Uint8Array): readonly string[] {
  switch (kind) {
    case 'root':
      return rootInWords(parseRoot(payload))
    case 'certificate': {
      const cose = { contentType: 'application/stolen-cert+cbor', payload, slots: [] } as const
      return certificateInWords(certificateOf(cose).cert)
    }
    case 'list':
      return listInWords(parseAuthorityList(payload))
    case 'distrust':
      return distrustInWords(parseDistrust(payload))
  }
}

function rootInWords(root: RootDocument): readonly string[] {
  return [
    `ROOT DOCUMENT, version ${root.version}: who decides for everybody`,
    `  ${root.threshold} of these ${root.keys.length} keys sign for the root:`,
    ...root.keys.map((key, i) => `    ${i + 1}. ${fingerprintOf(key)}`),
    `  after ${day(root.expires)} no hold, lock or retirement counts any more, until there is a newer version`,
    '  a hold, lock or retirement needs:',
    ...policyInWords(root.guardedPolicy),
    '  everything else needs:',
    ...policyInWords(root.plainPolicy),
    ...root.relyingParties.map(
      ({ role, rpId, origins }) => `  passkeys of ${role}: ${rpId} at ${origins.join(', ')}`,
    ),
    `  authority lists begin at version ${root.listVersion}`,
  ]
}

const policyInWords = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `    | ${line}`)

/** What a holder may do, in words. */
function certificateInWords(cert: Certificate): readonly string[] {
  const use = { issue: ', key that certifies', order: ', key that signs orders' }
  const caps = Object.entries(cert.caps).map(
    ([act, [hour, daily]]) => `${act} at most ${hour} an hour and ${daily} a day`,
  )
  return [
    `CERTIFICATE for ${cert.sub}, ${cert.role}${cert.use ? use[cert.use] : ''}`,
    `  issued by ${cert.iss === 'root' ? 'the root' : cert.iss}`,
    `  key ${fingerprintOf(cert.key)}`,
    `  valid from ${day(cert.nbf)} to ${day(cert.exp)}`,
    `  country ${cert.scope.country}; may ${cert.scope.acts.join(', ') || 'sign no order'}`,
    ...caps.map((cap) => `  ${cap}`),
    ...(cert.scope.tacs ? [`  only for models ${cert.scope.tacs.join(', ')}`] : []),
    ...(cert.contact ? [`  the public reaches it at ${reach(cert.contact)}`] : []),
    cert.depth === 1 || cert.use === 'order'
      ? '  certifies nobody'
      : `  certifies others, ${cert.depth - 1} deep`,
  ]
}

function reach({ tel, url }: Contact): string {
  return url === null ? tel : `${tel}, ${url}`
}

function listInWords(list: AuthorityList): readonly string[] {
  return [
    `AUTHORITY LIST, version ${list.version}, drawn up over ${list.from} entries of ${list.log}`,
    ...list.authorities.map(
      ({ sub, standing, index, certificate }) =>
        `  ${sub}: ${standing} from entry ${index} (certificate ${fingerprint(certificate)})`,
    ),
  ]
}

function distrustInWords({ key, from, reason, kept, log }: Distrust): readonly string[] {
  const [why] = Object.entries(WHY_DISTRUSTED).find(([, number]) => number === reason)!
  return [
    `DISTRUST of key ${fingerprint(key)}, for good`,
    `  every order resting on it is void from entry ${from} of ${log} (${why})`,
    kept.length === 0
      ? '  no order from there on stays in force'
      : `  checked, and staying in force: entries ${kept.join(', ')}`,
  ]
}

/** What a new root document changes, as far as people have to agree to it. */
export function changesOf(before: RootDocument, after: RootDocument): readonly string[] {
  const names = (root: RootDocument) => root.keys.map((key) => fingerprintOf(key))
  const [old, now] = [names(before), names(after)]
  const said = [
    ...old.filter((key) => !now.includes(key)).map((key) => `  key leaves: ${key}`),
    ...now.filter((key) => !old.includes(key)).map((key) => `  key joins:  ${key}`),
  ]
  if (before.threshold !== after.threshold)
    said.push(`  threshold ${before.threshold} becomes ${after.threshold}`)
  if (before.expires !== after.expires)
    said.push(`  end ${day(before.expires)} becomes ${day(after.expires)}`)
  if (before.guardedPolicy !== after.guardedPolicy || before.plainPolicy !== after.plainPolicy)
    said.push('  the policies change')
  return [
    `Against version ${before.version}:`,
    ...(said.length > 0 ? said : ['  nothing but the number']),
  ]
}
