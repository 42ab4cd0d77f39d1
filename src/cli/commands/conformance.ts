import { Option, type Command } from 'commander'
import { count, jsonOption, later, portOption, secretOption } from '../options.ts'

const RUN_HELP = `
The command is the maker's adapter: one JSON object a line on its stdin and stdout
(docs/spec/conformance.md). It is started without a shell, and again after a fault.

Examples:
  stolen-mode conformance run -- stolen-mode conformance adapter
  stolen-mode conformance run --out ./result --key maker.pem -- ./adapter --port /dev/ttyUSB0
  stolen-mode conformance run --url http://192.0.2.7:9000/ --out ./result

Exit code 1: the device does not conform, or only some cases were asked.`

/** The suite for makers: any device behind an adapter, judged by what it does. */
export function conformanceCommands(program: Command): void {
  const suite = program.command('conformance').description('judge a device as a black box')
  suite
    .command('run')
    .description('play every case against a device')
    .argument('[command...]', 'the adapter to start, after --')
    .option('--url <url>', 'an adapter that answers over HTTP instead')
    .option('--out <folder>', 'write the signed result package into this new folder')
    .option('--html <file>', 'write the report as one page')
    .option('--key <name>', 'key that signs the package: a file or a token; else one made for it')
    .addOption(secretOption())
    .option('--only <prefix>', 'only the cases whose ids begin so: SM-EMG, SM-ORD-010')
    .addOption(seconds())
    .addOption(jsonOption())
    .addHelpText('after', RUN_HELP)
    .action(later(async () => (await import('../actions/conformance.ts')).runConformance))
  suite
    .command('adapter')
    .description('the reference phone behind an adapter, or one that is broken')
    .option('--broken <name>', 'one of the deliberately broken devices')
    .option('--http', 'answer over HTTP instead of stdin and stdout')
    .addOption(portOption())
    .action(later(async () => (await import('../actions/conformance-adapter.ts')).runAdapter))
  suite
    .command('proof')
    .description(
      'the reference phone must pass, each broken device fail in its own cases and no other',
    )
    .option('--jobs <n>', 'devices tried at once', count)
    .option('--only <name>', 'only this broken device')
    .addOption(seconds())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/conformance-proof.ts')).proveSuite))
  suite
    .command('cases')
    .description('every case there is')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/conformance.ts')).listCases))
  suite
    .command('verify')
    .description('check a result package: every file, and the signature')
    .argument('<folder>')
    .option('--signer <thumbprint>', 'whose key it must be: SHA-256 thumbprint, 64 hex digits')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/conformance.ts')).verifyResult))
  suite
    .command('diff')
    .description('what a later package says that an earlier one did not')
    .argument('<before>')
    .argument('<after>')
    .addOption(jsonOption())
    .addHelpText('after', '\nExit code 1: a case that passed before does not now.')
    .action(later(async () => (await import('../actions/conformance.ts')).compareResults))
  suite
    .command('scoreboard')
    .description('one page that sets packages side by side')
    .argument('<folder...>')
    .requiredOption('--out <file>', 'page to write')
    .action(later(async () => (await import('../actions/conformance.ts')).writeScoreboard))
}

const seconds = () =>
  new Option('--timeout <seconds>', 'until silence of the adapter is a fault')
    .argParser(count)
    .default(20)
