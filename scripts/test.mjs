// npm test: install and build what is missing; then the tests, with format and lint checked beside them.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, must, root } from './ready.mjs'

install()
build()
const tool = (...path) => join(root, 'node_modules', ...path)
const checks = [
  [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
].map((command) => {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] })
  return new Promise((resolve) => child.on('exit', resolve))
})
must(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
if ((await Promise.all(checks)).some((code) => code !== 0)) process.exit(1)
