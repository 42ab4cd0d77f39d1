import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import { Refusal, demand, type Signer } from '../core/index.ts'
import { es256PublicKey, es256Verifier } from './es256.ts'
import type { TokenKey } from './key-name.ts'
import { parseObjects, parseSlots, pkcs11Tool, type TokenObject } from './pkcs11-tool.ts'

/** How the tool says that the private half cannot leave, and never could. */
const STAYS = ['sensitive', 'always sensitive', 'never extractable', 'local']

/** Signs with a key that stays in its token. @throws {Refusal} key-missing, key-locked, config */
export function openTokenKey(name: TokenKey, pin: string): Signer {
  const { modulePath } = name
  const slot = slotOf(name)
  const [found, ...others] = objectsIn(name, slot)
  demand(found !== undefined, 'key-missing', 'the token holds no key of this name')
  demand(others.length === 0, 'key-missing', 'the token holds several keys of this name')
  const at = ['--slot', slot, '--id', found.id]
  const spki = pkcs11Tool({ modulePath, args: [...at, '--read-object', '--type', 'pubkey'] })
  const key = es256PublicKey(createPublicKey({ key: spki, format: 'der', type: 'spki' }))
  const verify = es256Verifier()
  const sign = (message: Uint8Array): Uint8Array => {
    const input = createHash('sha256').update(message).digest()
    const args = [...at, '--sign', '--mechanism', 'ECDSA', '--signature-format', 'rs']
    const signature = new Uint8Array(pkcs11Tool({ modulePath, args, pin, input }))
    // The tool, asked by label, has been seen to sign with another key than the one named.
    demand(verify(key, message, signature), 'signature', 'the token signed with another key')
    return signature
  }
  return { key, sign }
}

/** Makes a key inside the token, where it stays. @throws {Refusal} config: the name is taken · key-missing, key-locked */
export function makeTokenKey(name: TokenKey, pin: string): Signer {
  const slot = slotOf(name)
  demand(objectsIn(name, slot).length === 0, 'config', 'the token holds a key of this name already')
  const made = pkcs11Tool({
    modulePath: name.modulePath,
    pin,
    args: `--slot ${slot} --keypairgen --key-type EC:prime256v1 --usage-sign --sensitive`
      .split(' ')
      .concat('--label', name.object, '--id', randomBytes(16).toString('hex')),
  }).toString()
  const access = /^Private Key Object[\s\S]*?^ {2}Access: {5}(.*)$/m.exec(made)?.[1]?.split(', ')
  demand(
    STAYS.every((word) => access?.includes(word)),
    'config',
    'the token made a key that could leave it; delete it',
  )
  return openTokenKey(name, pin)
}

function slotOf({ modulePath, token, serial }: TokenKey): string {
  const slots = parseSlots(pkcs11Tool({ modulePath, args: ['--list-slots'] }).toString()).filter(
    (slot) =>
      (token === null || slot.token === token) && (serial === null || slot.serial === serial),
  )
  const [slot] = slots
  if (slot === undefined) throw new Refusal('key-missing', 'this token is not there')
  demand(slots.length === 1, 'key-missing', 'several tokens of this name: say its serial=…')
  return slot.id
}

function objectsIn({ modulePath, object }: TokenKey, slot: string): readonly TokenObject[] {
  const args = ['--slot', slot, '--list-objects', '--type', 'pubkey']
  const objects = parseObjects(pkcs11Tool({ modulePath, args }).toString())
  return objects.filter(({ label }) => label === object)
}
