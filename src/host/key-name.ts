import { isAbsolute } from 'node:path'
import { Refusal, demand } from '../core/index.ts'

/** Where a key lies: in a file, or in a token that never gives it away. */
export type KeyName =
  { readonly kind: 'file'; readonly path: string } | ({ readonly kind: 'token' } & TokenKey)

/** What an RFC 7512 URI says of a key. */
export interface TokenKey {
  readonly token: string | null
  readonly serial: string | null
  /** The key's label. */
  readonly object: string
  /** The token maker's library; null: that of the smart-card tool itself. */
  readonly modulePath: string | null
  /** File whose first line is the PIN; null: a person is asked. */
  readonly pinFile: string | null
}

/**
 * `file:path`, a plain path, or a PKCS#11 URI (RFC 7512) such as
 * `pkcs11:token=force;object=order?module-path=/usr/lib/softhsm/libsofthsm2.so`.
 * @throws {Refusal} config
 */
export function parseKeyName(text: string): KeyName {
  if (text.startsWith('pkcs11:')) return { kind: 'token', ...parseUri(text.slice(7)) }
  const path = text.startsWith('file:') ? text.slice(5) : text
  demand(path !== '', 'config', 'expected a file, or pkcs11:token=…;object=…')
  return { kind: 'file', path }
}

function parseUri(text: string): TokenKey {
  const [path, query, ...more] = text.split('?')
  demand(more.length === 0, 'config', 'a PKCS#11 URI holds one question mark')
  const where = attributes(path!, ';', ['token', 'serial', 'object', 'type'])
  const how = attributes(query ?? '', '&', ['module-path', 'pin-source'])
  const object = where.get('object') ?? ''
  demand(object !== '', 'config', 'a PKCS#11 URI of a key says object=…')
  demand(where.has('token') || where.has('serial'), 'config', 'expected token=… or serial=…')
  demand((where.get('type') ?? 'private') === 'private', 'config', 'expected a private key')
  const modulePath = how.get('module-path') ?? null
  demand(modulePath === null || isAbsolute(modulePath), 'config', 'module-path begins with /')
  return {
    token: where.get('token') ?? null,
    serial: where.get('serial') ?? null,
    object,
    modulePath,
    pinFile: how.get('pin-source')?.replace(/^file:(\/\/)?/, '') ?? null,
  }
}

function attributes(
  text: string,
  separator: string,
  allowed: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const part of text.split(separator).filter((piece) => piece !== '')) {
    const cut = part.indexOf('=')
    const name = part.slice(0, cut)
    demand(name !== 'pin-value', 'config', 'a PIN never stands in a command: see pin-source')
    demand(allowed.includes(name), 'config', `expected one of ${allowed.join(', ')}`)
    demand(!found.has(name), 'config', `${name} stands twice`)
    found.set(name, decoded(part.slice(cut + 1)))
  }
  return found
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal('config', 'a percent sign that encodes nothing')
  }
}
