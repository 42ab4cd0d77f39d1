/** The demands of docs/spec/conformance.md §1 that a device answers for. */
export const DEMANDS: Readonly<Record<number, string>> = {
  1: 'a brick once police have verified the theft, and nothing else harmed',
  2: 'not reactivated by reset, reflash, rollback, wipe, clock or number: police and owner together',
  3: 'blocked at the first contact, by whatever carrier',
  4: 'protection on from the first set-up, with nothing for the owner to do or to fear',
  5: 'resets are hard: two factors',
  6: 'parts belong to one phone: a stolen one’s are refused by every other, and an honest one’s change over',
  7: 'a number cannot be altered; the hardware key is the identity',
  8: 'found phones go home',
  9: 'whoever looks at the phone learns who locked it and how to object',
  10: 'authorities of many countries, each within its own bounds',
}

/** Said in every report: what a device can pass with and still be false. */
export const NOT_PROVED: readonly string[] = [
  'Screens, calls and what a user can read are what the adapter says of them. State, counter, numbers, owner and order in force are what the phone’s key has signed over a nonce of this run.',
  'That the adapter drives the product that is sold, and not another one.',
  'That the device key lies in hardware, and that nobody can copy it: the store’s kind is the maker’s word.',
  'That the secure store withstands a laboratory. Only what the adapter reaches from outside was tried.',
  'That networks, registries and shops do their part.',
  'That there is no other way in, which no case of this suite tries.',
]
