import type { Command } from 'commander'
import { outOption, passkeysOption, replaceOption, signing, yearsOption } from '../ceremony/says.ts'
import { jsonOption, later } from '../options.ts'

const HELP = `
The root is five people; three of them sign. They need not meet, and no machine of the root needs a
network: drafts and signatures are files, carried by hand. docs/ceremony.md goes through it.

Examples:
  stolen-mode root init root-1.public … root-5.public --guarded guarded.policy --plain plain.policy --out root-1.draft
  stolen-mode root sign root-1.draft --key root-2.pem --out root-1.sig2        each of three holders
  stolen-mode root assemble root-1.draft root-1.sig* --out root-1.cbor
  stolen-mode root sign nation.draft --root root-1.cbor --key root-2.pem --out nation.sig2`

/** What the five holders of the root keys do. */
export function rootCommands(program: Command): void {
  const root = program
    .command('root')
    .description('the root: draft, sign, assemble, renew')
    .addHelpText('after', HELP)
  root
    .command('init')
    .description('draft the first root document; anybody may')
    .argument('<public-key...>', 'five public keys, each from its holder')
    .requiredOption('--guarded <file>', 'C2SP policy for hold, lock and retire')
    .requiredOption('--plain <file>', 'C2SP policy for everything else')
    .addOption(passkeysOption())
    .addOption(yearsOption())
    .addOption(outOption('the draft'))
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/root.ts')).initRoot))
  root
    .command('next')
    .description('draft the next version; anybody may')
    .requiredOption('--root <file>', 'the root document in force')
    .addOption(replaceOption())
    .option('--guarded <file>', 'another policy')
    .option('--plain <file>', 'another policy')
    .addOption(passkeysOption())
    .addOption(yearsOption())
    .addOption(outOption('the draft'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThree keys of the version in force and three of the new one sign it; a key of both counts for both.',
    )
    .action(later(async () => (await import('../actions/root.ts')).nextRoot))
  signing(
    root
      .command('sign')
      .description('one holder signs a draft, after reading it')
      .argument('<draft>', 'root document, national certificate, authority list or distrust record')
      .requiredOption('--key <name>', 'your root key (see: stolen-mode key --help)')
      .option('--root <file>', 'the root document in force; only the first one has none')
      .addOption(outOption('your signature, to carry to whoever assembles')),
  ).action(later(async () => (await import('../actions/root.ts')).signRootDraft))
  root
    .command('assemble')
    .description('put the signatures together, in any order, and check that they suffice')
    .argument('<draft>', 'what was signed')
    .argument('<signature...>', 'files of the holders')
    .option('--root <file>', 'the root document in force; only the first one has none')
    .addOption(outOption('the signed document'))
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/root.ts')).assembleRoot))
  root
    .command('show')
    .description('print any paper of a ceremony in words')
    .argument('<file>', 'draft, signature or signed document')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/root.ts')).showPaper))
}
