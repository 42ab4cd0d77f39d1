import type { MineWords } from '../words.ts'

export const fr: MineWords = {
  title: 'C’est mon téléphone',
  reported: {
    title: 'Vous l’avez signalé, et il est revenu',
    signIn:
      'Connectez-vous avec votre clé d’accès, pour retirer le signalement ou confirmer une restitution',
    follow: 'Suivez-le avec la référence et la carte',
  },
  bought: {
    title: 'Vous l’avez acheté ou reçu, et n’avez pas de carte à vous',
    text: 'Rien sur ces pages n’en fait le vôtre. Apportez-le à n’importe quel poste de police ou, au Royaume-Uni, appelez le 101, avec ce que vous avez du vendeur : une facture, des messages, un nom. Un agent décide.',
    appeal:
      'Dites que c’est votre téléphone : la police qui l’a bloqué répond par écrit sous 14 jours, sans compte à créer',
  },
  handedOver: {
    title: 'Il vous a été cédé, avec une carte à vous',
    text: 'Pendant 14 jours, la personne qui l’avait avant peut contester la cession. Cela seul ne bloque rien : la police voit la cession et vous entend avant de décider. Vous avez 72 heures ; ensuite elle peut décider sans vous. Si elle enquête sur un vol avec violence, elle n’est pas tenue d’attendre.',
  },
  card: {
    label: 'Code de votre carte de secours',
    hint: '10 lettres et chiffres. Les espaces et les majuscules n’importent pas.',
  },
  side: {
    label: 'Votre version',
    hint: 'Comment le téléphone est venu à vous. Vous pouvez la dire une fois ; les agents chargés de l’affaire la lisent. 2 000 caractères au plus.',
  },
  button: 'Envoyer votre version',
  inset: 'La dire ne débloque rien et ne bloque rien. C’est gratuit.',
  mistakes: {
    card: 'Saisissez le code qui figure sur votre carte de secours',
    side: 'Dites comment le téléphone est venu à vous',
    long: 'Votre version doit compter 2 000 caractères ou moins',
    nobody: 'Aucune contestation n’attend ce code, ou sa version a déjà été dite',
  },
  said: {
    title: 'Votre version est conservée',
    text: 'Les agents chargés de l’affaire la lisent avant de décider.',
    reference: 'Référence de la contestation :',
    keep: 'Notez-la, et donnez-la quand vous appelez la police (au Royaume-Uni, le 101).',
  },
}
