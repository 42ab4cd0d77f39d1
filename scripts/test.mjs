// npm test: install and build what is missing; then the tests, with format and lint checked beside them.
// npm run test:processes, test:crowd, test:interop, test:tpm: the tests that start real processes, a crowd of ten
// thousand alone, since it takes the whole machine, and those that meet other people's software, and nothing else.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, must, root } from './ready.mjs'

const SUITES = {
  '--processes': 'TEST_PROCESSES',
  '--crowd': 'TEST_CROWD',
  '--interop': 'TEST_INTEROP',
  '--tpm': 'TEST_TPM',
  '--browser': 'TEST_BROWSER',
}

const args = process.argv.slice(2)
const suite = SUITES[args[0]]
install()
await build()
if (args[0] === '--interop')
  must('bash', [join(root, 'scripts', 'interop-prepare.sh')], { stdio: 'inherit' })
if (args[0] === '--browser')
  must('bash', [join(root, 'scripts', 'browser-prepare.sh')], { stdio: 'inherit' })
if (args[0] === '--tpm')
  must('bash', [join(root, 'scripts', 'tpm-prepare.sh')], { stdio: 'inherit' })
const tool = (...path) => join(root, 'node_modules', ...path)
const CHECKS = {
  format: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  lint: [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
}
const checks = Object.entries(suite ? {} : CHECKS).map(([name, command]) => {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] })
  return new Promise((resolve) =>
    child.on('exit', (code) => resolve(code === 0 ? undefined : name)),
  )
})
must(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...args.slice(suite ? 1 : 0)], {
  stdio: 'inherit',
  env: { ...process.env, ...(suite && { [suite]: '1' }) },
})
// Said at the end, since what a check printed lies far above the tests' own lines.
const failed = (await Promise.all(checks)).filter((name) => name !== undefined)
if (failed.length > 0) {
  console.error(`The tests passed, but not: ${failed.join(', ')}. What it found is printed above.`)
  process.exit(1)
}
