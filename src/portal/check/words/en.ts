import { CHECK_SENTENCES } from '../../../wire/index.ts'
import { FRAME_WORDS } from '../../frame.tsx'
import type { CheckWords } from '../words.ts'

export const en: CheckWords = {
  title: 'Check a phone',
  languages: 'Language',
  label: 'IMEI or serial number',
  hint: 'Dial *#06# on the phone, or look in its settings. An IMEI has 15 digits.',
  button: 'Check',
  scan: {
    label: 'Or a picture of the barcode',
    hint: 'Take a picture of the screen that *#06# shows, or of the label on the box. It is read on this device and sent nowhere.',
    working: 'Reading the picture…',
    found: 'Read from the picture. Compare it with the phone, then press Check.',
    nothing: 'No barcode of a phone can be read in this picture. Go closer, or type the number.',
  },
  mistakeTitle: 'There is a problem',
  mistakes: {
    empty: 'Enter the IMEI or the serial number of the phone',
    length: 'An IMEI has 14 to 16 digits',
    digits: 'An IMEI consists of digits only',
    checkDigit: 'The last digit does not fit the others; look for a typing mistake',
    serial: 'A serial number has 4 to 32 letters or digits',
  },
  answer: 'Answer',
  number: 'Number you asked about:',
  states: {
    protected: {
      sentence: CHECK_SENTENCES.protected,
      now: [
        'Ask the seller to hand the phone over in its settings, and pay only when this page says that it is ready for handover.',
        'Meet where you can try the phone, ask for the receipt, and keep your messages.',
        'Check again at the moment you pay: a theft may be reported an hour later.',
      ],
    },
    held: {
      sentence: CHECK_SENTENCES.held,
      now: [
        'Do not pay, and accuse nobody: the owner may have lost it or made a mistake.',
        'Check again in three days. By then police have confirmed the report, or it has ended by itself.',
        'You have paid already? Keep messages and proof of payment, and hand the phone in at any police station.',
      ],
    },
    stolen: {
      sentence: CHECK_SENTENCES.stolen,
      now: [
        'Do not pay, and do not confront the seller. The phone stays refused after any reset.',
        'You have it already? You are accused of nothing. Hand it in at any police station and ask for a receipt.',
        'Keep messages and proof of payment: you need them to get your money back from the seller or your bank.',
        'Nobody who is entitled to this phone will ask you for money, an account or a password.',
      ],
    },
    recovered: {
      sentence: CHECK_SENTENCES.recovered,
      now: [
        'If somebody offers you this phone, do not buy it and tell the police: it should be with them.',
        'You handed it in? Keep the receipt; you need do nothing more.',
      ],
    },
    retired: {
      sentence: CHECK_SENTENCES.retired,
      now: [
        'It will never be set up again. It is good for recycling only.',
        'Somebody sold it to you as working? Keep messages and proof of payment, and ask for your money back.',
      ],
    },
  },
  nowTitle: 'What to do now',
  ready: {
    label: 'Ready for handover:',
    yes: 'yes. Its owner gives it away, and a buyer can take it over now.',
    no: 'no. Its owner does not offer it at the moment, or it is not enrolled.',
  },
  asOf: (time, entry) => `Answered ${time}, as of entry ${entry} of the public log.`,
  seeLog: 'See the log',
  mine: 'This is your phone? Any police force finds this report for you. Say “this is my phone”; it costs nothing, and the answer is in writing.',
  print: {
    button: 'Print this answer',
    title: 'Signed answer',
    code: 'Code with the signed answer',
    verify: 'See whether this answer is real',
    hint: 'Whoever scans the code sees whether this answer is real. The code does not show the number.',
  },
  verify: {
    title: 'Is this answer real?',
    real: (registry) => `This answer is real. The registry ${registry} signed it.`,
    since: 'It was true then. Much may have happened since: check again before you pay.',
    fake: 'This is no answer of ours, or it was altered. Do not rely on it.',
    label: 'Type the number of the phone before you',
    button: 'Compare',
    same: 'The answer is about this number.',
    other: 'The answer is about another number. Do not rely on it.',
  },
  limited: {
    title: 'Too many checks at once',
    text: (seconds) => `Wait ${seconds} seconds and try again. Nothing you typed was kept.`,
  },
  frame: FRAME_WORDS,
}
