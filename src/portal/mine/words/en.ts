import type { MineWords } from '../words.ts'

export const en: MineWords = {
  title: 'This is my phone',
  reported: {
    title: 'You reported it, and it is back',
    signIn: 'Sign in with your passkey, to take the report back or to confirm a return',
    follow: 'Follow it with reference and card',
  },
  bought: {
    title: 'You bought it or were given it, and have no card of your own',
    text: 'Nothing on these pages makes it yours. Take it to any police counter, or phone 101, with what you have from the seller: a receipt, messages, a name. An officer decides.',
    appeal:
      'Say that it is your phone: the force that blocked it answers in writing within 14 days, and you need no account',
  },
  handedOver: {
    title: 'It was handed over to you, with a card of your own',
    text: 'For 14 days whoever had it before can dispute the handover. That alone locks nothing: police see the handover, and hear you before they decide. You have 72 hours; then they may decide without you. If they look into a robbery, they need not wait.',
  },
  card: {
    label: 'Code on your recovery card',
    hint: '10 letters and digits. Spaces and capitals do not matter.',
  },
  side: {
    label: 'Your side',
    hint: 'How you came to the phone. You can say it once; officers of the case read it. 2,000 characters at most.',
  },
  button: 'Send your side',
  inset: 'Saying it unlocks nothing and locks nothing. It costs nothing.',
  mistakes: {
    card: 'Enter the code that stands on your recovery card',
    side: 'Say how you came to the phone',
    long: 'Your side must be 2,000 characters or fewer',
    nobody: 'No dispute waits for this code, or its side was said before',
  },
  said: {
    title: 'Your side was kept',
    text: 'Officers of the case read it before they decide.',
    reference: 'Reference of the dispute:',
    keep: 'Write it down, and say it when you phone 101.',
  },
}
