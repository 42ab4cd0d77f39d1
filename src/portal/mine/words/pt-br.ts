import type { MineWords } from '../words.ts'

export const ptBr: MineWords = {
  title: 'Este é o meu celular',
  reported: {
    title: 'Você o comunicou e ele voltou',
    signIn: 'Entre com sua chave de acesso para retirar a comunicação ou confirmar uma devolução',
    follow: 'Acompanhe com a referência e o cartão',
  },
  bought: {
    title: 'Você o comprou ou ganhou e não tem cartão próprio',
    text: 'Nada nestas páginas faz dele seu. Leve-o a qualquer delegacia ou, no Reino Unido, ligue 101, com o que tiver do vendedor: um recibo, mensagens, um nome. Quem decide é um policial.',
    appeal:
      'Diga que o celular é seu: a polícia que o bloqueou responde por escrito em até 14 dias, e você não precisa de conta',
  },
  handedOver: {
    title: 'Ele foi transferido para você, com um cartão próprio',
    text: 'Durante 14 dias, quem o tinha antes pode contestar a transferência. Isso por si só não bloqueia nada: a polícia vê a transferência e ouve você antes de decidir. Você tem 72 horas; depois ela pode decidir sem você. Se investigar um roubo, não precisa esperar.',
  },
  card: {
    label: 'Código do seu cartão de recuperação',
    hint: '10 letras e dígitos. Espaços e maiúsculas não importam.',
  },
  side: {
    label: 'O seu lado',
    hint: 'Como o celular chegou a você. Você pode dizê-lo uma vez; os policiais do caso o leem. No máximo 2.000 caracteres.',
  },
  button: 'Enviar o seu lado',
  inset: 'Dizê-lo não desbloqueia nem bloqueia nada. Não custa nada.',
  mistakes: {
    card: 'Digite o código que está no seu cartão de recuperação',
    side: 'Diga como o celular chegou a você',
    long: 'O seu lado deve ter 2.000 caracteres ou menos',
    nobody: 'Nenhuma contestação espera por este código, ou o seu lado já foi dito',
  },
  said: {
    title: 'O seu lado foi guardado',
    text: 'Os policiais do caso o leem antes de decidir.',
    reference: 'Referência da contestação:',
    keep: 'Anote-a e diga-a quando ligar para a polícia (no Reino Unido, 101).',
  },
}
