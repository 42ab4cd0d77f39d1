/** Words that a threatened owner seemed to set, and wrong ones typed where no passkey signs. */
export const pretendedWords: readonly string[] = [
  `alter table secret_words add column if not exists pretended_own bytea`,
  `alter table secret_words add column if not exists pretended_threat bytea`,
  `alter table secret_words add column if not exists asked_tries bigint not null default 0`,
  `alter table secret_words add column if not exists asked_ms bigint not null default 0`,
]
