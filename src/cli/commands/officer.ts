import { Option, type Command } from 'commander'
import { outOption } from '../ceremony/says.ts'
import { WAITING_ACTS } from '../../core/waiting-act.ts'
import { actOption, asking, jsonOption, later, secretOption, whyOption } from '../options.ts'
import { issuing } from './authority.ts'

const HELP = `
Examples:
  stolen-mode officer request --force zz.met --key me.pem --out me.request
  stolen-mode officer issue me.request --issuer met-issue.cert --key met-issue.pem --out me.cert
  stolen-mode officer propose --report SM-7Q4K-2M9X --crime 01/2345/26
  stolen-mode officer approve --case ID         the second officer: the phone is locked
  stolen-mode officer review --batch ID         an imported list, before approving it
  stolen-mode officer approve --batch ID --reason "weekly list, checked"`

/** What two officers do to lock a phone, and one to report it found or begin its return. */
export function officerCommands(program: Command): void {
  const officer = program
    .command('officer')
    .description('act as an officer of a force')
    .addHelpText('after', HELP)
  certifying(officer)
  asking(officer.command('propose'), 'the officer', 'officer-1')
    .description('open a case and propose to lock the phone: the first officer')
    .addOption(
      new Option('--report <reference>', "the owner's report, like SM-7Q4K-2M9X").conflicts('imei'),
    )
    .option('--imei <imei>', 'the number, when there is no report')
    .requiredOption('--crime <reference>', 'crime reference')
    .addOption(whyOption())
    .action(later(async () => (await import('../actions/officer.ts')).propose))
  asking(officer.command('approve'), 'the officer', 'officer-2')
    .description('approve a proposed lock, or an imported list: the second officer and the force')
    .addOption(new Option('--case <id>', 'case to approve').conflicts('batch'))
    .option('--batch <id>', 'imported list to approve')
    .option('--reason <text>', 'why a list that changes much is right')
    .option('--force-key <name>', "the force's order key")
    .option('--force-secret <where>', 'its passphrase or PIN')
    .addHelpText('after', "\nExit code 75: the force's cap is reached; call again, the rest waits.")
    .action(later(async () => (await import('../actions/officer.ts')).approve))
  asking(officer.command('owner-key'), 'the officer', 'officer-1')
    .description(
      'give the owner of a held or locked phone a new key: the first officer, at the counter',
    )
    .requiredOption('--case <id>', 'case')
    .requiredOption('--new-owner <file>', "the new owner's key; he signs with it here")
    .addOption(
      new Option('--basis <word>', 'counter: identity seen, 7 days; title: 14 days; error: at once')
        .choices(['counter', 'title', 'error'])
        .default('counter'),
    )
    .action(later(async () => (await import('../actions/owner-key.ts')).propose))
  asking(officer.command('approve-owner-key'), 'the officer', 'officer-2')
    .description('approve a new owner key: the second officer and the force')
    .requiredOption('--case <id>', 'case')
    .option('--force-key <file>', "the force's order key")
    .option('--second-key <file>', 'for a title: the order key of a force of another nation')
    .action(later(async () => (await import('../actions/owner-key.ts')).approve))
  asking(officer.command('confirm-owner'), 'the officer', 'officer-1')
    .description('at the counter: confirm who asks for an act that waits, as the second proof')
    .requiredOption('--serial <serial>', 'serial number of the phone')
    .addOption(actOption(WAITING_ACTS))
    .action(later(async () => (await import('../actions/counter.ts')).confirmOwner))
  asking(officer.command('stop-wait'), 'the officer', 'officer-1')
    .description('at the counter: stop whatever waits for a phone')
    .requiredOption('--serial <serial>', 'serial number of the phone')
    .action(later(async () => (await import('../actions/counter.ts')).stopForOwner))
  asking(officer.command('claim-paid'), 'the officer', 'officer-1')
    .description('mark that an insurer has paid: the phone is released to nobody else')
    .requiredOption('--case <id>', 'case')
    .requiredOption('--insurer <name>', 'who paid')
    .requiredOption('--reference <reference>', "the insurer's reference")
    .action(later(async () => (await import('../actions/retirements.ts')).claimPaid))
  identities(officer)
  asking(officer.command('review'), 'the officer', 'officer-2')
    .description('look at an imported list before approving it')
    .requiredOption('--batch <id>', 'imported list')
    .action(later(async () => (await import('../actions/officer.ts')).review))
  asking(officer.command('found'), 'the officer', 'officer-1')
    .description('report a stolen phone found')
    .requiredOption('--case <id>', 'case')
    .requiredOption('--exhibit <reference>', 'exhibit reference')
    .option('--country <code>', 'where it was found', 'ZZ')
    .option('--force-key <name>', "the force's order key")
    .option('--force-secret <where>', 'its passphrase or PIN')
    .action(later(async () => (await import('../actions/officer.ts')).found))
  asking(officer.command('release'), 'the officer', 'officer-1')
    .description("begin a release: the owner's key completes it")
    .requiredOption('--case <id>', 'case')
    .addOption(
      new Option('--to <word>', 'why it is released')
        .choices(['returned', 'issuedInError', 'titlePassed', 'court'])
        .default('returned'),
    )
    .option('--force-key <name>', "the force's order key")
    .option('--force-secret <where>', 'its passphrase or PIN')
    .action(later(async () => (await import('../actions/officer.ts')).release))
}

/** What is said of a number that more than one phone wears. */
function identities(officer: Command): void {
  const honest = (name: string, key: string) =>
    asking(officer.command(name), 'the officer', key)
      .requiredOption('--case <id>', 'case about the number')
      .requiredOption('--imei <imei>', 'the number of the phone in hand')
      .requiredOption('--imsi <imsi>', 'the subscriber: the SIM in hand')
  asking(officer.command('clones'), 'the officer', 'officer-1')
    .description('see numbers that several phones seem to wear')
    .option('--case <id>', 'one case, with what was seen')
    .action(later(async () => (await import('../actions/clones.ts')).clones))
  honest('pair', 'officer-1')
    .description('propose that a copied number with this subscriber is honest: the first officer')
    .option('--days <n>', 'how long, at most 400', Number, 365)
    .action(later(async () => (await import('../actions/identity.ts')).pair))
  honest('approve-pair', 'officer-2')
    .description('approve an honest pair: the second officer and the force')
    .option('--force-key <name>', "the force's order key")
    .option('--force-secret <where>', 'its passphrase or PIN')
    .action(later(async () => (await import('../actions/identity.ts')).approvePair))
  asking(officer.command('conflict'), 'the officer', 'officer-1')
    .description('log that more than one phone wears a number')
    .requiredOption('--case <id>', 'case about the number')
    .option('--imei <imei>', 'the number; else what the case proposes')
    .action(later(async () => (await import('../actions/identity.ts')).conflict))
  asking(officer.command('end-identity'), 'the officer', 'officer-1')
    .description('end a conflict, or with the force an honest pair')
    .requiredOption('--case <id>', 'case about the number')
    .requiredOption('--of <leaf>', 'its entry in the log', Number)
    .option('--force-key <name>', "the force's order key; for a pair")
    .option('--force-secret <where>', 'its passphrase or PIN')
    .action(later(async () => (await import('../actions/identity.ts')).end))
}

/** How a person becomes an officer. His name is drawn from his key: the log tells nobody who he is. */
function certifying(officer: Command): void {
  officer
    .command('request')
    .description('make a key and ask your force to be certified for it')
    .requiredOption('--force <name>', 'as zz.met')
    .requiredOption('--key <name>', 'where the key will lie (see: stolen-mode key --help)')
    .option('--existing', 'ask for a key that is there already')
    .addOption(outOption('the request, to carry to the force'))
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/authority.ts')).requestOfficer))
  issuing(officer.command('issue'), '<request>')
    .description("certify an officer, with the force's issuing key")
    .action(later(async () => (await import('../actions/authority.ts')).issueOfficer))
}
