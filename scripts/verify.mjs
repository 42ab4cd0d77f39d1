// npm run verify: everything npm test checks, and unused code and dependencies besides.
import { join } from 'node:path'
import { install, must, root } from './ready.mjs'

install()
must(process.execPath, [join(root, 'node_modules', 'knip', 'bin', 'knip.js')])
must(process.execPath, [join(root, 'scripts', 'test.mjs')], { stdio: 'inherit' })
