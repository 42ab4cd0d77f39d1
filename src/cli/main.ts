import { Command, CommanderError } from 'commander'
import { EXIT, fail, print } from './out.ts'
import { version } from './version.ts'

type Register = (program: Command) => void

const GROUPS: Readonly<Record<string, () => Promise<Register>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  borders: async () => (await import('./commands/demo.ts')).bordersCommand,
  thief: async () => (await import('./commands/demo.ts')).thiefCommand,
  'serve status-signer edge device': async () =>
    (await import('./commands/parties.ts')).partyCommands,
  'witness guardian': async () => (await import('./commands/cosigners.ts')).cosignerCommands,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  log: async () => (await import('./commands/log.ts')).logCommands,
  key: async () => (await import('./commands/key.ts')).keyCommands,
  root: async () => (await import('./commands/root.ts')).rootCommands,
  authority: async () => (await import('./commands/authority.ts')).authorityCommands,
  bundle: async () => (await import('./commands/bundle.ts')).bundleCommands,
  officer: async () => (await import('./commands/officer.ts')).officerCommands,
  'maker seller': async () => (await import('./commands/maker.ts')).makerCommands,
  owner: async () => (await import('./commands/owner.ts')).ownerCommands,
  grants: async () => (await import('./commands/grants.ts')).grantsCommands,
  recycler: async () => (await import('./commands/transfers.ts')).recyclerCommands,
  erase: async () => (await import('./commands/erase.ts')).eraseCommand,
  import: async () => (await import('./commands/import.ts')).importCommands,
  export: async () => (await import('./commands/export.ts')).exportCommands,
  conformance: async () => (await import('./commands/conformance.ts')).conformanceCommands,
  probe: async () => (await import('./commands/probe.ts')).probeCommand,
  bench: async () => (await import('./commands/bench.ts')).benchCommands,
}
/** These run until they are stopped, or end in order themselves. */
const STOP_THEMSELVES = [
  'start',
  'demo',
  'borders',
  'thief',
  'serve',
  'status-signer',
  'witness',
  'guardian',
  'edge',
  'device',
]

const HELP = `
Exit codes:
  0 done · 1 refused, failed, or something did not verify · 2 wrong usage
  3 the check found a report · 75 try again later · 130 interrupted before it was done

Examples:
  stolen-mode start                       everything on this machine
  stolen-mode demo --json                 one theft, step by step
  stolen-mode check 001017010000015       ask as a buyer would
  stolen-mode audit URL --root FILE       recompute every figure, check every signature
  stolen-mode log verify --vkey KEY URL   audit a log by the C2SP formats alone

Data goes to stdout, talk to stderr; --json gives one object on stdout, errors too.
What can be set from outside, STOLEN_MODE_… and DATABASE_URL, is checked at the start.
`

/** Commands only say what they understand; what they do is loaded when they are called. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('stolen-mode')
    .description('Makes stolen phones worthless, in the open.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what can be said)')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', HELP)
  for (const command of await commandsFor(args[0])) command(program)
  await program.parseAsync([...args], { from: 'user' })
}

function commandsFor(name: string | undefined): Promise<readonly Register[]> {
  const one = Object.keys(GROUPS).find((key) => name !== undefined && key.split(' ').includes(name))
  const wanted = one === undefined ? Object.values(GROUPS) : [GROUPS[one]!]
  return Promise.all(wanted.map((load) => load()))
}

/** Commander has already said it on stderr. */
function usage(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT.done
  const detail = error.message.replace(/^error: /, '')
  if (json) print(true, { error: { code: 'usage', title: 'Wrong usage.', detail } }, '')
  return EXIT.usage
}

const args = process.argv.slice(2)
const json = args.includes('--json')
// Whoever reads our output may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.done)
})
if (!STOP_THEMSELVES.includes(args[0] ?? ''))
  process.once('SIGINT', () => process.exit(EXIT.interrupted))
try {
  await main(args)
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usage(error, json) : await fail(error, json)
}
