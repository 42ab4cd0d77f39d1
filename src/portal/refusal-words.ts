/** Why police refused, as the owner reads it: what was missing, and what helps. */
export const REFUSAL_WORDS: Readonly<Record<string, string>> = {
  'no-crime': 'What you told us is no theft, robbery, burglary or loss.',
  'not-owners': 'Nothing shows that the phone is yours. Bring a receipt, the box or a contract.',
  sold: 'The phone was sold on record, and the sale stands.',
  'no-answer': 'We could not reach you about it. Phone 101 and give your reference.',
  'no-imei': 'Neither your operator nor your papers gave the number of the phone itself.',
  twice: 'Another report about this phone is being worked on.',
}
