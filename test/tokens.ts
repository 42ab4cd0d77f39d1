import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Debian's SoftHSM: a PKCS#11 token in files. */
export const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'
export const PIN = '4711'

/** Why there are no tokens here, or undefined. In CI they must be there. */
export const noTokens: string | undefined = (() => {
  const hasTool = spawnSync('pkcs11-tool', ['--version']).error === undefined
  if (hasTool && existsSync(SOFTHSM)) return undefined
  const why = 'no SoftHSM or pkcs11-tool; npm run test:prepare'
  if (process.env['CI'] !== undefined) throw new Error(why)
  return why
})()

/** Tokens of a test's own: whoever uses them, child or not, needs `environment`. */
export class Tokens implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stolen-mode-tokens-'))
  readonly environment = { SOFTHSM2_CONF: join(this.#folder, 'softhsm2.conf') }

  constructor() {
    mkdirSync(join(this.#folder, 'tokens'))
    writeFileSync(
      this.environment.SOFTHSM2_CONF,
      `directories.tokendir = ${this.#folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
    )
  }

  add(label: string): void {
    execFileSync(
      'softhsm2-util',
      `--init-token --free --label ${label} --so-pin 12345678 --pin ${PIN}`.split(' '),
      { env: { ...process.env, ...this.environment }, stdio: 'ignore' },
    )
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
