// What a fresh clone lacks, in plain JavaScript: nothing else is here before it has run.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command here, with its talk on stderr so that stdout stays for data. Ends the process if it fails. */
export function must(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

/** Installs dependencies unless they are those of the lock file. */
export function install() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const fresh =
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  if (fresh) return
  console.error('Installing dependencies …')
  must('npm', ['ci', '--no-audit', '--no-fund'])
}

/** Builds what changed since the last time. */
export async function build() {
  must(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'])
  // What it needs was installed a moment ago.
  const { buildAssets } = await import('./assets.mjs')
  await buildAssets()
}
