import type { Words } from '../words.ts'

export const en: Words = {
  title: {
    'activation-needed': 'This phone has to be activated',
    held: 'This phone is held by its owner',
    stolen: 'This phone is reported stolen',
    recovered: 'This phone is in police custody',
    restricted: 'A part of this phone has to be paired',
    retired: 'This phone is out of use for good',
  },
  message: {
    return: 'Please give me my phone back, through the police.',
    needed: 'I need what is on this phone. Please hand it in at any police station.',
    thanks: 'If you found it: thank you. The police will bring it back to me.',
  },
  orderedBy: (authority, index) => `Ordered by ${authority}, entry ${index} of the public log.`,
  until: (time) => `The hold ends on ${time}.`,
  found:
    'You found it? Hand it in at any police station, or let the police collect it: it costs nothing.',
  reference: (reference) =>
    `Tell them this reference: ${reference}. Only the police can read anything from it.`,
  police: 'Police',
  scan: 'The police read this code; it does not unlock the phone.',
  appeal:
    'Is this your phone? Any police force, or the public check, finds this entry for you: say "this is ' +
    'my phone". It costs nothing, the answer is in writing, and a second force decides if the first refuses.',
  asksNothing: 'Nobody on this screen asks for money, an account or a password.',
  activation:
    'It needs a network once, to ask whether it is free. Nothing on it is lost by waiting.',
  partRefused:
    'A part in this phone is not paired with it, or belongs to another phone. Connect it to a network and pair it, or ask a certified repairer.',
  partStolen: (authority) =>
    `This part belongs to a stolen phone. It is no fault of yours: call ${authority ?? 'any police force'}; the police collect it free of charge.`,
  emergency: 'Emergency call',
}
