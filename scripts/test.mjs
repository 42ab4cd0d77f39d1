// npm test: install and build what is missing; then the tests, with format and lint checked beside them.
// npm run test:processes, test:crowd, test:interop: the tests that start real processes, a crowd of ten
// thousand alone, since it takes the whole machine, and those that meet other people's software, and nothing else.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, must, root } from './ready.mjs'

const SUITES = {
  '--processes': 'TEST_PROCESSES',
  '--crowd': 'TEST_CROWD',
  '--interop': 'TEST_INTEROP',
}

const args = process.argv.slice(2)
const suite = SUITES[args[0]]
install()
build()
if (args[0] === '--interop')
  must('bash', [join(root, 'scripts', 'interop-prepare.sh')], { stdio: 'inherit' })
const tool = (...path) => join(root, 'node_modules', ...path)
const checks = (
  suite
    ? []
    : [
        [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
        [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
      ]
).map((command) => {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] })
  return new Promise((resolve) => child.on('exit', resolve))
})
must(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...args.slice(suite ? 1 : 0)], {
  stdio: 'inherit',
  env: { ...process.env, ...(suite && { [suite]: '1' }) },
})
if ((await Promise.all(checks)).some((code) => code !== 0)) process.exit(1)
