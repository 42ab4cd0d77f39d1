import type { Command } from 'commander'
import { count, jsonOption, later } from '../options.ts'

/** Thefts timed from the second officer's signature to the register's refusal. */
const THEFTS = 20

/** Plays one theft, then times nineteen more, each of a fresh phone, in a constellation of its own. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('play one theft through real processes, and time 20 of them')
    .option('--thefts <n>', 'thefts to time', count, THEFTS)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNeeds nothing set up, and leaves nothing behind. Example:\n  stolen-mode demo --json',
    )
    .action(later(async () => (await import('../actions/demo.ts')).demo))
}

/** The thief's playbook against one stolen phone. */
export function thiefCommand(program: Command): void {
  program
    .command('thief')
    .description("play the thief's playbook against a stolen phone: every attempt and its refusal")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNeeds nothing set up, and leaves nothing behind. Example:\n  stolen-mode thief --json',
    )
    .action(later(async () => (await import('../actions/thief.ts')).thief))
}

/** One theft across three countries, each with its own registry and log. */
export function bordersCommand(program: Command): void {
  program
    .command('borders')
    .description('play a theft across three countries, each with its own registry and log')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNeeds nothing set up, and leaves nothing behind. Example:\n  stolen-mode borders --json',
    )
    .action(later(async () => (await import('../actions/borders.ts')).borders))
}
