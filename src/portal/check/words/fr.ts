import type { CheckWords } from '../words.ts'

export const fr: CheckWords = {
  title: 'Vérifier un téléphone',
  languages: 'Langue',
  label: 'IMEI ou numéro de série',
  hint: 'Composez *#06# sur le téléphone ou regardez dans ses réglages. Un IMEI a 15 chiffres.',
  button: 'Vérifier',
  scan: {
    label: 'Ou une photo du code-barres',
    hint: 'Photographiez l’écran qu’affiche *#06# ou l’étiquette de la boîte. La photo est lue sur cet appareil et n’est envoyée nulle part.',
    working: 'Lecture de la photo…',
    found: 'Lu sur la photo. Comparez avec le téléphone, puis appuyez sur Vérifier.',
    nothing:
      'Aucun code d’un téléphone n’est lisible sur cette photo. Approchez-vous ou saisissez le numéro.',
  },
  mistakeTitle: 'Il y a un problème',
  mistakes: {
    empty: 'Saisissez l’IMEI ou le numéro de série du téléphone',
    length: 'Un IMEI a de 14 à 16 chiffres',
    digits: 'Un IMEI ne comporte que des chiffres',
    checkDigit: 'Le dernier chiffre ne correspond pas aux autres ; cherchez une faute de frappe',
    serial: 'Un numéro de série a de 4 à 32 lettres ou chiffres',
  },
  answer: 'Réponse',
  number: 'Numéro vérifié :',
  states: {
    protected: {
      sentence: 'Aucun signalement pour ce numéro. Ce n’est pas une garantie.',
      now: [
        'Demandez au vendeur de céder le téléphone dans ses réglages, et ne payez que lorsque cette page le dit prêt à être remis.',
        'Rencontrez-vous là où vous pouvez essayer le téléphone, demandez la facture et gardez vos messages.',
        'Vérifiez encore au moment de payer : un vol peut être signalé une heure plus tard.',
      ],
    },
    held: {
      sentence:
        'Signalé par son propriétaire, non confirmé par la police. Ne l’achetez pas encore.',
      now: [
        'Ne payez pas et n’accusez personne : le propriétaire a pu le perdre ou se tromper.',
        'Vérifiez encore dans trois jours. La police aura alors confirmé le signalement, ou il aura pris fin de lui-même.',
        'Vous avez déjà payé ? Gardez messages et preuve de paiement, et remettez le téléphone à n’importe quel poste de police.',
      ],
    },
    stolen: {
      sentence: 'Volé. Ne l’achetez pas. Tout poste de police le reprend.',
      now: [
        'Ne payez pas et n’affrontez pas le vendeur. Le téléphone reste refusé après toute réinitialisation.',
        'Vous l’avez déjà ? On ne vous accuse de rien. Remettez-le à n’importe quel poste de police et demandez un reçu.',
        'Gardez messages et preuve de paiement : il vous les faut pour être remboursé par le vendeur ou la banque.',
        'Personne qui a droit à ce téléphone ne vous demandera de l’argent, un compte ou un mot de passe.',
      ],
    },
    recovered: {
      sentence: 'Volé, et retrouvé par la police.',
      now: [
        'Si l’on vous propose ce téléphone, ne l’achetez pas et prévenez la police : il devrait être chez elle.',
        'Vous l’avez remis ? Gardez le reçu ; vous n’avez rien d’autre à faire.',
      ],
    },
    retired: {
      sentence: 'Hors d’usage pour toujours. Ne l’achetez pas.',
      now: [
        'Il ne sera plus jamais mis en service. Il n’est bon que pour le recyclage.',
        'On vous l’a vendu comme fonctionnant ? Gardez messages et preuve de paiement, et réclamez votre argent.',
      ],
    },
  },
  nowTitle: 'Que faire maintenant',
  ready: {
    label: 'Prêt à être remis :',
    yes: 'oui. Son propriétaire le cède, et un acheteur peut le reprendre maintenant.',
    no: 'non. Son propriétaire ne le propose pas en ce moment, ou il n’est pas inscrit.',
  },
  asOf: (time, entry) => `Répondu le ${time}, selon l’entrée ${entry} du journal public.`,
  seeLog: 'Voir le journal',
  mine: 'C’est votre téléphone ? Toute police retrouve ce signalement. Dites « c’est mon téléphone » ; c’est gratuit, et la réponse est écrite.',
  print: {
    button: 'Imprimer cette réponse',
    title: 'Réponse signée',
    code: 'Code avec la réponse signée',
    verify: 'Voir si cette réponse est authentique',
    hint: 'Qui scanne le code voit si cette réponse est authentique. Le code ne montre pas le numéro.',
  },
  verify: {
    title: 'Cette réponse est-elle authentique ?',
    real: (registry) => `Cette réponse est authentique. Le registre ${registry} l’a signée.`,
    since:
      'Elle était vraie à ce moment. Beaucoup a pu se passer depuis : vérifiez encore avant de payer.',
    fake: 'Cette réponse n’est pas de nous ou a été modifiée. Ne vous y fiez pas.',
    label: 'Saisissez le numéro du téléphone devant vous',
    button: 'Comparer',
    same: 'La réponse porte sur ce numéro.',
    other: 'La réponse porte sur un autre numéro. Ne vous y fiez pas.',
  },
  limited: {
    title: 'Trop de vérifications à la fois',
    text: (seconds) =>
      `Attendez ${seconds} secondes et réessayez. Rien de ce que vous avez saisi n’a été gardé.`,
  },
  frame: {
    skip: 'Aller au contenu principal',
    demonstration: 'Démonstration. Ceci n’est pas un site de la police.',
    back: 'Retour',
    error: 'Erreur',
    log: 'Le journal public',
    check: 'Vérifier un téléphone',
  },
}
