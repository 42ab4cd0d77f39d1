import type { Words } from '../words.ts'

export const fr: Words = {
  title: {
    'activation-needed': 'Ce téléphone doit être activé',
    held: 'Ce téléphone est retenu par son propriétaire',
    stolen: 'Ce téléphone est déclaré volé',
    recovered: 'Ce téléphone est sous la garde de la police',
    restricted: 'Une pièce de ce téléphone doit être appairée',
    retired: 'Ce téléphone est définitivement hors d’usage',
  },
  message: {
    return: 'Merci de me rendre mon téléphone par l’intermédiaire de la police.',
    needed:
      'J’ai besoin de ce que contient ce téléphone. Merci de le déposer dans n’importe quel commissariat.',
    thanks: 'Si vous l’avez trouvé : merci. La police me le rendra.',
  },
  orderedBy: (authority, index) => `Ordonné par ${authority}, entrée ${index} du registre public.`,
  until: (time) => `La retenue prend fin le ${time}.`,
  found:
    'Vous l’avez trouvé ? Déposez-le dans n’importe quel commissariat ou faites-le chercher par la police : c’est gratuit.',
  reference: (reference) =>
    `Donnez cette référence : ${reference}. Seule la police peut en tirer quelque chose.`,
  police: 'Police',
  scan: 'La police lit ce code ; il ne déverrouille pas le téléphone.',
  appeal:
    'C’est votre téléphone ? N’importe quel service de police, ou la vérification publique, retrouve cette ' +
    'entrée : dites « c’est mon téléphone ». C’est gratuit, la réponse est écrite, et un second service décide si le premier refuse.',
  asksNothing: 'Personne, sur cet écran, ne demande d’argent, de compte ni de mot de passe.',
  activation:
    'Il lui faut un réseau une seule fois, pour demander s’il est libre. Attendre n’efface rien.',
  partRefused:
    'Une pièce de ce téléphone n’est pas appairée avec lui ou appartient à un autre. Connectez-le à un réseau et appairez-la, ou demandez à un réparateur agréé.',
  partStolen: (authority) =>
    `Cette pièce appartient à un téléphone volé. Vous n’y êtes pour rien : appelez ${authority ?? 'n’importe quel service de police'} ; la police vient la chercher gratuitement.`,
  emergency: 'Appel d’urgence',
}
