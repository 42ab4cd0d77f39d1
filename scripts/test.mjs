// npm test: install and build what is missing; then the tests, with format and lint checked beside them.
// npm run test:processes: the tests that start, and kill, many real processes, and nothing else.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, must, root } from './ready.mjs'

const [first, ...rest] = process.argv.slice(2)
const processes = first === '--processes'
install()
build()
const tool = (...path) => join(root, 'node_modules', ...path)
const checks = (
  processes
    ? []
    : [
        [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
        [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
      ]
).map((command) => {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] })
  return new Promise((resolve) => child.on('exit', resolve))
})
const filters = processes ? rest : process.argv.slice(2)
must(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...filters], {
  stdio: 'inherit',
  env: { ...process.env, ...(processes && { TEST_PROCESSES: '1' }) },
})
if ((await Promise.all(checks)).some((code) => code !== 0)) process.exit(1)
