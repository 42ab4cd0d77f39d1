import type { Command } from 'commander'
import { call } from '../../host/index.ts'
import { CheckAnswer } from '../../wire/index.ts'
import { readConfig } from '../config.ts'
import { EXIT, print } from '../out.ts'

/** The public check from a terminal: exit code 3 when there is a report. */
export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('ask whether there is a report for a phone')
    .argument('<imei>', 'IMEI, or a serial number')
    .option('--registry <url>', 'registry to ask')
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  stolen-mode check 001017010000015\n\nExit code 3: there is a report.',
    )
    .action(
      async (number: string, options: { readonly registry?: string; readonly json?: boolean }) => {
        const base = options.registry ?? readConfig(process.env).config.registryUrl
        const body = /[a-z]/i.test(number) ? { serial: number } : { imei: number }
        const answer = await call({
          method: 'POST',
          base,
          path: '/v1/checks',
          body,
          answer: CheckAnswer,
        })
        print(
          options.json ?? false,
          answer,
          `${answer.sentence}\n(as of entry ${answer.treeSize} of the public log, ${answer.at})`,
        )
        process.exitCode = answer.state === 'protected' ? EXIT.done : EXIT.found
      },
    )
}
