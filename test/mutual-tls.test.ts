import { expect, test } from 'vitest'
import { signedHeader, type TlsIdentity } from '../src/host/index.ts'
import { mutualTls } from '../src/host/mutual-tls.ts'
import { serve } from '../src/registry/index.ts'
import { CertificateAuthority } from './certificates.ts'
import { World } from './world.ts'

test('openings go only to an operator whose connection bears the name that signs', async () => {
  await using world = await World.boot()
  const maker = new CertificateAuthority('ca.example')
  const strangers = new CertificateAuthority('other-ca.example')
  const shown = (name: string, by = maker) => ({ ...by.certify(name), ca: maker.cert })
  const [operator] = world.founding.operators
  const served = await serve(world.running.app, 0, { tls: shown('localhost') })
  const url = new URL(`${served.url.replace('127.0.0.1', 'localhost')}/v1/snapshot/0`)

  const ask = async (identity: TlsIdentity | null) => {
    const dispatcher = identity
      ? mutualTls(identity)
      : mutualTls({ key: '', cert: '', ca: maker.cert })
    const { host } = new URL(world.registryUrl)
    // The signature names the registry as everybody knows it, not the port of this test.
    const signed = new URL(url)
    signed.host = host
    const line = { method: 'GET', url: signed, body: '', key: '' }
    const authorization = signedHeader(line, operator!.signer)
    const answer = await fetch(url, { headers: { authorization }, dispatcher })
    return answer.status
  }
  expect(await ask(shown(operator!.sub))).toBe(200)
  expect(await ask(shown('zz.somebody'))).toBe(401)
  expect(await ask(shown(operator!.sub, strangers))).toBe(401)
  expect(await ask(null)).toBe(401)
  // And a register believes no server that its operator's authority did not certify.
  await expect(ask({ ...maker.certify(operator!.sub), ca: strangers.cert })).rejects.toThrow()
  // What is for everybody needs no certificate.
  const dispatcher = mutualTls({ key: '', cert: '', ca: maker.cert })
  expect((await fetch(new URL('/healthz', url), { dispatcher })).status).toBe(200)
  await served.close()
})
