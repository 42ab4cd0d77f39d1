// npm test: install and build what is missing, then the checks that take a second, then the tests.
import { join } from 'node:path'
import { build, install, must, root } from './ready.mjs'

install()
build()
const tool = (...path) => join(root, 'node_modules', ...path)
const args = process.argv.slice(2)
if (args.length === 0) {
  must(process.execPath, [
    tool('prettier', 'bin', 'prettier.cjs'),
    '--check',
    '--log-level',
    'warn',
    '.',
  ])
  must(process.execPath, [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'])
}
must(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...args], { stdio: 'inherit' })
