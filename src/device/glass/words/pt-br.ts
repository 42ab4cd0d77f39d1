import type { Words } from '../words.ts'

export const ptBr: Words = {
  title: {
    'activation-needed': 'Este telefone precisa ser ativado',
    held: 'Este telefone foi retido pelo dono',
    stolen: 'Este telefone consta como roubado',
    recovered: 'Este telefone está sob custódia da polícia',
    restricted: 'Uma peça deste telefone precisa ser emparelhada',
    retired: 'Este telefone está fora de uso para sempre',
  },
  message: {
    return: 'Por favor, devolva meu telefone por meio da polícia.',
    needed: 'Preciso do que está neste telefone. Entregue-o em qualquer delegacia.',
    thanks: 'Se você o encontrou: obrigado. A polícia vai devolvê-lo a mim.',
  },
  orderedBy: (authority, index) =>
    `Ordenado por ${authority}, entrada ${index} do registro público.`,
  until: (time) => `A retenção termina em ${time}.`,
  found:
    'Encontrou este telefone? Entregue-o em qualquer delegacia ou peça à polícia que o busque: é de graça.',
  reference: (reference) =>
    `Informe esta referência: ${reference}. Só a polícia consegue ler algo nela.`,
  police: 'Polícia',
  scan: 'A polícia lê este código; ele não desbloqueia o telefone.',
  appeal:
    'O telefone é seu? Qualquer força policial ou a consulta pública encontra esta entrada: diga “este ' +
    'telefone é meu”. É de graça, a resposta vem por escrito e, se a primeira força recusar, uma segunda decide.',
  asksNothing: 'Ninguém nesta tela pede dinheiro, conta ou senha.',
  activation:
    'Ele precisa de uma rede uma única vez, para saber se está livre. Esperar não apaga nada.',
  partRefused:
    'Uma peça deste telefone não está emparelhada com ele ou pertence a outro. Conecte-o a uma rede e emparelhe-a, ou procure uma assistência certificada.',
  partStolen: (authority) =>
    `Esta peça pertence a um telefone roubado. A culpa não é sua: ligue para ${authority ?? 'qualquer força policial'}; a polícia a busca de graça.`,
  emergency: 'Chamada de emergência',
}
