/** With which passkey somebody signed in: it is the one at hand, and its removal ends what it opened. */
export const sessionPasskeys: readonly string[] = [
  `alter table sessions add column if not exists credential text`,
]
