// npm start, npm run demo, npm run demo:borders, npm run demo:thief, npm run test:vectors, npm run test:crash: install and build what is missing, then run it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, root } from './ready.mjs'

const [what, ...args] = process.argv.slice(2)
install()
await build()
const command = ['vectors', 'crash'].includes(what)
  ? [
      join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
      join(root, 'test', what, 'main.ts'),
      ...args,
    ]
  : [join(root, 'bin', 'stolen-mode.mjs'), what, ...args]
const child = spawn(process.execPath, command, { stdio: 'inherit' })
// The terminal sends Ctrl-C to both; the child decides when it has finished stopping.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
// npm does not pass on a signal sent to it alone; when it is gone, so is whoever wanted this to run.
const npm = process.ppid
setInterval(() => process.ppid !== npm && child.kill('SIGTERM'), 500).unref()
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)))
