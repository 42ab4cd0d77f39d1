import { Option, type Command } from 'commander'
import { indexOption, keptOption, outOption, rowOption, signing, terms } from '../ceremony/says.ts'
import { jsonOption, later, registryOption, secretOption } from '../options.ts'

const HELP = `
Whoever is to be certified makes a key and a request; the issuer signs. The root issues to nations, a
nation to forces, operators, registries, makers, sellers, repairers and recyclers, a force (with its issuing
key, kept offline) to officers and its intake. A certificate works only once it stands in the log.

Examples:
  stolen-mode authority request --name zz.met --role force --use order --key met.pem --out met.request
  stolen-mode authority issue met.request --issuer zz.cert --key zz.pem --cap hold=100/600 --cap lock=100/600 --cap retire=10/60 --out met.cert
  stolen-mode authority publish met.cert --registry https://registry.example
  stolen-mode authority suspend met.cert --log ORIGIN --size 81220 --out list-2.draft      then: root sign, root assemble
  stolen-mode authority distrust officer.cert --log ORIGIN --from 81220 --reason stolen --issuer met-issue.cert --key met-issue.pem --out stop.cbor`

const ROLES = [
  'national',
  'force',
  'officer',
  'intake',
  'operator',
  'registry',
  'maker',
  'repairer',
  'recycler',
  'seller',
]

/** Certificates: asking, issuing, renewing, publishing, and stopping them. */
export function authorityCommands(program: Command): void {
  const authority = program
    .command('authority')
    .description('certificates of nations, forces and those who serve them')
    .addHelpText('after', HELP)
  authority
    .command('request')
    .description('make a key and ask to be certified for it')
    .requiredOption('--name <name>', "the issuer's name and one label: zz.met, zz.met/intake")
    .addOption(new Option('--role <role>').choices(ROLES).makeOptionMandatory())
    .addOption(new Option('--use <use>', "which of a force's two keys").choices(['issue', 'order']))
    .requiredOption('--key <name>', 'where the key will lie (see: stolen-mode key --help)')
    .option('--existing', 'ask for a key that is there already')
    .option('--unattended', 'no passphrase: for a server that starts by itself')
    .addOption(outOption('the request, to carry to the issuer'))
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/authority.ts')).request))
  issuing(authority.command('issue'), '<request>')
    .description('sign a certificate for a request; of a nation draft it for the root')
    .action(later(async () => (await import('../actions/authority.ts')).issue))
  issuing(authority.command('renew'), '<certificate>')
    .description('the same key and name for another year; what is not said stays as it was')
    .action(later(async () => (await import('../actions/authority.ts')).renew))
  authority
    .command('show')
    .description('print certificates in words; with --root, issuers first, verify the whole chain')
    .argument('<certificate...>')
    .option('--root <file>', 'root document')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/authority.ts')).show))
  authority
    .command('collect')
    .description("put a founding's certificates into the one file a new registry begins with")
    .argument('<certificate...>')
    .requiredOption('--root <file>', 'root document')
    .addOption(outOption('as trust/certificates.cbor'))
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/authority.ts')).collect))
  authority
    .command('publish')
    .description('bring signed documents into the log; again changes nothing')
    .argument('<document...>', 'certificates, root documents, lists, distrust records')
    .addOption(registryOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/publish.ts')).publish))
  stopCommands(authority)
}

/** Called by officers too: the same, for their role. */
export function issuing(command: Command, what: string): Command {
  return terms(
    signing(
      command
        .argument(what)
        .option(
          '--issuer <certificate>',
          "the issuer's own; without it the root's three holders sign",
        )
        .option('--key <name>', "the issuer's key (see: stolen-mode key --help)")
        .addOption(outOption('the certificate, or the draft')),
    ),
  )
}

const forLogOption = () =>
  new Option(
    '--log <origin>',
    'name of the log whose entries are meant: the first line of its checkpoint',
  ).makeOptionMandatory()

function stopCommands(authority: Command): void {
  const listing = (command: Command) =>
    command
      .addOption(forLogOption())
      .addOption(indexOption('--size <n>', 'tree size of the log now').makeOptionMandatory())
      .option('--after <file>', 'the authority list in force; the first has none')
      .addOption(outOption('the draft, for three root keys'))
      .addOption(jsonOption())
  listing(authority.command('list'))
    .description('draft the next authority list: what the last said, changed by this')
    .addOption(rowOption('active'))
    .addOption(rowOption('suspended'))
    .addOption(rowOption('distrusted'))
    .action(later(async () => (await import('../actions/stops.ts')).list))
  listing(authority.command('suspend'))
    .description(
      'draft the list that suspends one certificate: its orders are void until it is active again',
    )
    .argument('<certificate>')
    .addOption(indexOption('--from <index>', 'first void entry; the present size'))
    .action(later(async () => (await import('../actions/stops.ts')).suspend))
  authority
    .command('orders')
    .description(
      'list the orders that rest on a key, to decide which to keep when it is distrusted',
    )
    .argument('<certificate>')
    .argument('<log>', 'URL or folder of the log; it is audited first')
    .addOption(indexOption('--from <index>', 'from this entry on'))
    .option('--root <file>', 'root document the log began with')
    .option('--origin <name>', 'which log it must be, where the root document names several')
    .option('--newer-root <file...>', 'later root documents, in order')
    .option('--memory <folder>', 'what audits remember')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/orders-under.ts')).ordersUnder))
  signing(
    authority
      .command('distrust')
      .description('make a key void for good, from one entry of the log on')
      .argument('<certificate>')
      .addOption(forLogOption())
      .addOption(indexOption('--from <index>', 'first void entry').makeOptionMandatory())
      .addOption(
        new Option('--reason <word>')
          .choices(['stolen', 'misused', 'lost', 'retired', 'overCap'])
          .makeOptionMandatory(),
      )
      .addOption(keptOption())
      .option('--issuer <certificate>', 'any ancestor; without it the root signs by draft')
      .option('--key <name>', "the ancestor's key")
      .addOption(outOption('the record, or the draft')),
  ).action(later(async () => (await import('../actions/stops.ts')).distrust))
}
