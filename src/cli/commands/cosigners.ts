import type { Command } from 'commander'
import { jsonOption, later, portOption, several } from '../options.ts'

const WITNESS_HELP = `
For a log of anybody's, nothing else is needed (docs/witness.md):
  stolen-mode witness keygen --name witness.example --key witness.pem
  stolen-mode witness --name witness.example --key witness.pem --data ./witness \\
    --log log.example/zz+1f3c0a9d+AbC…

It answers on 127.0.0.1: POST /add-checkpoint (C2SP tlog-witness), GET /<sha256 of origin>/checkpoint,
/evidence, /healthz, /metrics. Put a TLS proxy in front. One process, one folder; never restore the
folder from a backup: what it forgot it might sign against.

Without --key it is the witness of the demonstration in STOLEN_MODE_DATA.`

const GUARDIAN_HELP = `
It mirrors whole logs, so it needs where they serve their tiles, and the root document by which their
entries are judged:
  stolen-mode guardian keygen --name guardian.example --key guardian.pem
  stolen-mode guardian --name guardian.example --key guardian.pem --data ./guardian --root root.cbor \\
    --log "log.example/zz+1f3c0a9d+AbC… https://log.example/zz"
Without --log or --logs: all logs that the root document names, at the addresses it gives.

Beside what a witness answers: GET /breach says why it withholds its line, and why it ever did.
Without --key it is the guardian of the demonstration in STOLEN_MODE_DATA.`

const LOG = {
  witness: 'verifier key of a log; may be repeated',
  guardian: 'verifier key and URL of a log, as one word in quotes; may be repeated',
} as const

/** Those who cosign: for the demonstration, or on their own for any log. */
export function cosignerCommands(program: Command): void {
  cosigner(program, 'witness', 'run a witness: cosigns what continues what it has seen')
    .addHelpText('after', WITNESS_HELP)
    .action(later(async () => (await import('../actions/cosigners.ts')).witness))
  cosigner(program, 'guardian', 'run a guardian: cosigns only what is lawful and within its caps')
    .option('--root <file>', 'root document, had by hand')
    .addHelpText('after', GUARDIAN_HELP)
    .action(later(async () => (await import('../actions/cosigners.ts')).guardian))
}

function cosigner(program: Command, kind: 'witness' | 'guardian', description: string): Command {
  const command = program
    .command(kind)
    .description(description)
    .option('--name <name>', 'its name: the first part of its verifier key')
    .option('--key <file>', 'its own key')
    .option('--log <vkey>', LOG[kind], several)
    .option('--logs <file>', 'file of lines `log <vkey> [url]`, as in a C2SP policy')
    .option('--data <folder>', 'its memory')
    .addOption(portOption())
    .addOption(jsonOption())
    .enablePositionalOptions() // what stands behind keygen is keygen's
  command
    .command('keygen')
    .description('draw its key, and print the verifier key to hand to logs')
    .requiredOption('--name <name>', 'like a host name of yours, without spaces or +')
    .requiredOption('--key <file>', 'where the key goes; must not be there yet')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/cosigners.ts')).keygen))
  return command
}
