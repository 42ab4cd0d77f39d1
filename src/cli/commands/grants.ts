import { Option, type Command } from 'commander'
import { addressOption, jsonOption, later, portOption, secretOption } from '../options.ts'

const HELP = `
A phone whose store is a TPM wants, for each bit of its lock, signatures of two houses that have read the log
themselves (docs/spec/tpm-store.md). The maker's approver says whose they are, for a file of phones:
  stolen-mode grants mandate phones.txt --key approver.pem --police police.public --owner owner.public \\
    --log log.example/zz --authority zz --out admissions.ndjson
Both houses take the phones in, each into a folder of its own, and run a desk:
  stolen-mode grants admit admissions.ndjson --folder ./desk --root root.cbor
  stolen-mode grants serve --side owner --folder ./desk --key owner.pem --port 8095
  stolen-mode grants serve --side police --folder ./desk --key police.pem --port 8094 \\
    --owner-desk http://127.0.0.1:8095
The registry asks the force's desk: STOLEN_MODE_GRANT_DESK_URL. Desks answer on 127.0.0.1.`

/** The two desks that sign for phones on a TPM, and what a maker tells them. */
export function grantsCommands(program: Command): void {
  const grants = program
    .command('grants')
    .description('sign for phones whose store is a TPM')
    .addHelpText('after', HELP)
  grants
    .command('mandate')
    .description('say whose grants count for these phones')
    .argument('<file>', 'a phone a line: thumbprint of its device key, 64 hex digits')
    .requiredOption('--key <name>', "the approver's key: a file or a token")
    .requiredOption('--police <file>', 'public key of the force’s desk')
    .requiredOption('--owner <file>', 'public key of the other desk')
    .requiredOption('--log <origin>', 'log in which the phones will be enrolled')
    .requiredOption('--authority <name>', 'authority of their home, as it is certified')
    .requiredOption('--out <file>', 'where the lines go; must not be there yet')
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/grants.ts')).writeMandates))
  grants
    .command('admit')
    .description('take phones in that leave the factory')
    .argument('<file>', 'as `grants mandate` wrote it')
    .requiredOption('--folder <folder>', "the desk's memory")
    .requiredOption('--root <file>', 'signed root document that the phones were given')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/grants.ts')).admitPhones))
  grants
    .command('serve')
    .description('run one desk')
    .addOption(
      new Option('--side <which>', 'whose signature it gives')
        .choices(['police', 'owner'])
        .makeOptionMandatory(),
    )
    .requiredOption('--folder <folder>', 'its memory')
    .requiredOption('--key <name>', 'its key: a file or a token')
    .addOption(addressOption('--owner-desk <url>', 'the other desk, which is asked for releases'))
    .addOption(portOption().makeOptionMandatory())
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/grants.ts')).serveDesk))
}
