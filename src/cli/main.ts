import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { EXIT, fail } from './out.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

/** Each command's module is loaded only when it is called: `--help` must not wait for a database. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('stolen-mode')
    .description('Makes stolen phones worthless, in the open.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what can be said)')
    .exitOverride()
    .addHelpText('after', HELP)
  for (const command of await commandsFor(args[0])) command(program)
  await program.parseAsync([...args], { from: 'user' })
}

type Register = (program: Command) => void

async function commandsFor(name: string | undefined): Promise<readonly Register[]> {
  const groups: Readonly<Record<string, () => Promise<Register>>> = {
    'serve witness guardian edge device': async () =>
      (await import('./commands/parties.ts')).partyCommands,
    start: async () => (await import('./commands/start.ts')).startCommand,
    demo: async () => (await import('./commands/demo.ts')).demoCommand,
    check: async () => (await import('./commands/check.ts')).checkCommand,
    log: async () => (await import('./commands/log.ts')).logCommands,
    officer: async () => (await import('./commands/officer.ts')).officerCommands,
    import: async () => (await import('./commands/import.ts')).importCommands,
    export: async () => (await import('./commands/export.ts')).exportCommands,
    bench: async () => (await import('./commands/bench.ts')).benchCommands,
  }
  const one = Object.keys(groups).find((key) => name !== undefined && key.split(' ').includes(name))
  const wanted = one === undefined ? Object.values(groups) : [groups[one]!]
  return Promise.all(wanted.map((load) => load()))
}

const HELP = `
Exit codes:
  0 done · 1 refused, failed, or something did not verify · 2 wrong usage
  3 the check found a report · 75 try again later · 130 interrupted

Examples:
  stolen-mode start                       everything on this machine
  stolen-mode demo --json                 one theft, step by step
  stolen-mode check 001017010000015       ask as a buyer would
  stolen-mode log verify --vkey KEY URL   audit a log by the C2SP formats alone
`

const args = process.argv.slice(2)
try {
  await main(args)
} catch (error) {
  const asksForHelp = error instanceof CommanderError && error.exitCode === 0
  if (error instanceof CommanderError) process.exitCode = asksForHelp ? EXIT.done : EXIT.usage
  else process.exitCode = fail(error, args.includes('--json'))
}
