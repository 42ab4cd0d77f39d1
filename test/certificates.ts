import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsIdentity } from '../src/host/index.ts'

/** Why there are no certificates here, or undefined. In CI they must be there. */
export const noOpenssl: string | undefined = (() => {
  if (spawnSync('openssl', ['version']).error === undefined) return undefined
  const why = 'no openssl; npm run test:prepare'
  if (process.env['CI'] !== undefined) throw new Error(why)
  return why
})()

/** An authority of a test's own, that certifies names and 127.0.0.1 for TLS. */
export class CertificateMaker implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stolen-mode-tls-'))
  #serial = 0
  readonly ca: string

  constructor() {
    this.#run(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca.example -keyout ca.key -out ca.crt',
    )
    this.ca = this.#read('ca.crt')
  }

  issue(name: string): TlsIdentity {
    const serial = String(++this.#serial)
    writeFileSync(join(this.#folder, 'ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
    this.#run(
      `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -keyout one.key -out one.csr`,
    )
    this.#run(
      `x509 -req -in one.csr -CA ca.crt -CAkey ca.key -set_serial ${serial} -days 2 -extfile ext -out one.crt`,
    )
    return { key: this.#read('one.key'), cert: this.#read('one.crt'), ca: this.ca }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #run(args: string): void {
    execFileSync('openssl', args.split(' '), { cwd: this.#folder, stdio: 'ignore' })
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8')
  }
}
