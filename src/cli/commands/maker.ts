import type { Command } from 'commander'
import { asking, later } from '../options.ts'

const HELP = `
One JSON object a line: {"key": <COSE_Key of the device key, base64>, "imeis": [<15 digits>, …],
"serial": …, "parts": [[<type>, <key thumbprint, hex>], …]}. Bad lines are left out, by line and code;
what another phone has already is noted and blocks nobody. One signed statement and one entry of the log
stand for the whole run. The same file twice changes nothing; an interrupted run goes on.

Examples:
  stolen-mode maker enrol run-0412.ndjson --model "Example One"
  stolen-mode maker enrol crate.ndjson --model "Example One" --needs-sale --proofs crate.proofs --json`

const SELLER_HELP = `
One IMEI a line, either of a phone's. Whoever sells has a certificate of role "seller".

Examples:
  stolen-mode seller sold today.txt --key seller.pem`

/** What happens to phones before they have an owner. */
export function makerCommands(program: Command): void {
  const maker = program.command('maker').description("act as a phone's maker")
  const run = maker
    .command('enrol')
    .description('enrol a production run, so that protection is on when its phones leave')
    .argument('<file>', 'NDJSON, one phone a line')
  asking(run, 'the maker', 'maker')
    .requiredOption('--model <name>', 'what its phones are called')
    .option('--needs-sale', 'its phones activate nowhere before a seller tells their sale')
    .option('--proofs <file>', 'write what each phone carries: record, index and path')
    .addHelpText('after', HELP)
    .action(later(async () => (await import('../actions/maker.ts')).enrolRun))
  const seller = program.command('seller').description('act as a shop')
  const sold = seller
    .command('sold')
    .description('tell which phones have left the shop')
    .argument('<file>', 'one IMEI a line')
  asking(sold, 'the seller', 'seller')
    .addHelpText('after', SELLER_HELP)
    .action(later(async () => (await import('../actions/seller.ts')).tellSales))
}
