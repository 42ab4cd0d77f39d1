import { toHex, thumbprint, type PublicKey } from '../../core/index.ts'
import { publicPem } from '../../host/es256.ts'
import { parseKeyName } from '../../host/key-name.ts'
import { makeKey, openKey } from '../../host/key-store.ts'
import { readPublicKey, writePaper } from '../ceremony/papers.ts'
import { fingerprintOf } from '../ceremony/words.ts'
import { print, wrongUsage } from '../out.ts'
import { secretsFrom } from '../secrets.ts'

interface Common {
  readonly key: string
  readonly secret?: string
  readonly json?: boolean
}

type Make = Common & { readonly public: string; readonly unattended?: boolean }

export async function makeNewKey(options: Make): Promise<void> {
  const name = parseKeyName(options.key)
  const signer = await makeKey(name, secretsFrom(options.secret), options.unattended ?? false)
  await writePaper(options.public, publicPem(signer.key))
  printKey(signer.key, options.json)
}

export async function showKey(path: string | undefined, options: Partial<Common>): Promise<void> {
  if ((path === undefined) === (options.key === undefined))
    throw wrongUsage('expected a public key file, or --key')
  const key =
    path === undefined
      ? (await openKey(parseKeyName(options.key!), secretsFrom(options.secret))).key
      : await readPublicKey(path)
  printKey(key, options.json)
}

function printKey(key: PublicKey, json: boolean | undefined): void {
  const shown = { fingerprint: fingerprintOf(key), thumbprint: toHex(thumbprint(key)) }
  print(json ?? false, shown, `key ${shown.fingerprint}`)
}
