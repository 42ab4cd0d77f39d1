import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { demand, parseName } from '../core/index.ts'
import type { IdentityProvider } from '../registry/index.ts'

const NAME = 'STOLEN_MODE_IDENTITY_PROVIDERS'
/** A secret longer than that is none, but some other file. */
const MAX_SECRET = 1_024

const Given = z
  .array(
    z.strictObject({
      force: z.string().max(511),
      issuer: z.url({ protocol: /^https?$/ }),
      clientId: z.string().min(1).max(256),
      clientSecretFile: z.string().min(1),
      claim: z.string().min(1).max(64).default('preferred_username'),
    }),
  )
  .max(100)

/**
 * Where officers sign in at their force's own identity provider: a JSON array, one object for each force. Files of
 * secrets are named from the folder of this one. @throws {Refusal} config, malformed
 */
export async function readIdentityProviders(path: string): Promise<readonly IdentityProvider[]> {
  const text = await readFile(path, 'utf8').catch(() => null)
  demand(text !== null, 'config', `${NAME}: there is no such file`)
  const read = Given.safeParse(parsed(text))
  demand(
    read.success,
    'config',
    `${NAME}: expected a JSON array of force, issuer, clientId, clientSecretFile and perhaps claim`,
  )
  const forces = read.data.map(({ force }) => parseName(force))
  demand(new Set(forces).size === forces.length, 'config', `${NAME}: a force stands there twice`)
  return Promise.all(
    read.data.map(async ({ clientSecretFile, issuer, ...rest }) => ({
      ...rest,
      issuer: safe(new URL(issuer)),
      clientSecret: await secretIn(resolve(dirname(path), clientSecretFile)),
    })),
  )
}

/** A provider on another machine is asked over TLS, or anybody between could be every officer. @throws {Refusal} config */
function safe(issuer: URL): URL {
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname)
  demand(issuer.protocol === 'https:' || isHere, 'config', `${NAME}: an issuer is asked over https`)
  return issuer
}

/** @throws {Refusal} config */
async function secretIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null)
  demand(text !== null, 'config', `${NAME}: a clientSecretFile is missing`)
  const secret = text.trim()
  const isOne = secret !== '' && secret.length <= MAX_SECRET && !/\s/.test(secret)
  demand(isOne, 'config', `${NAME}: a clientSecretFile holds one secret and nothing else`)
  return secret
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
