import type { CheckWords } from '../words.ts'

export const ptBr: CheckWords = {
  title: 'Consultar um celular',
  languages: 'Idioma',
  label: 'IMEI ou número de série',
  hint: 'Digite *#06# no celular ou veja nas configurações. Um IMEI tem 15 dígitos.',
  button: 'Consultar',
  scan: {
    label: 'Ou uma foto do código de barras',
    hint: 'Tire uma foto da tela que *#06# mostra ou da etiqueta da caixa. Ela é lida neste aparelho e não é enviada a lugar nenhum.',
    working: 'Lendo a foto…',
    found: 'Lido da foto. Compare com o celular e toque em Consultar.',
    nothing:
      'Não dá para ler nenhum código de celular nesta foto. Chegue mais perto ou digite o número.',
  },
  mistakeTitle: 'Há um problema',
  mistakes: {
    empty: 'Digite o IMEI ou o número de série do celular',
    length: 'Um IMEI tem de 14 a 16 dígitos',
    digits: 'Um IMEI só tem dígitos',
    checkDigit: 'O último dígito não combina com os outros; procure um erro de digitação',
    serial: 'Um número de série tem de 4 a 32 letras ou dígitos',
  },
  answer: 'Resposta',
  number: 'Número consultado:',
  states: {
    protected: {
      sentence: 'Não há registro de ocorrência para este número. Isso não é uma garantia.',
      now: [
        'Peça ao vendedor que transfira o celular nas configurações, e pague só quando esta página disser que ele está pronto para a entrega.',
        'Encontre-se onde possa testar o celular, peça a nota fiscal e guarde as mensagens.',
        'Consulte de novo na hora de pagar: um roubo pode ser comunicado uma hora depois.',
      ],
    },
    held: {
      sentence: 'Comunicado pelo dono, ainda não confirmado pela polícia. Não compre ainda.',
      now: [
        'Não pague e não acuse ninguém: o dono pode ter perdido o celular ou se enganado.',
        'Consulte de novo em três dias. Até lá a polícia confirmou a comunicação ou ela terminou sozinha.',
        'Já pagou? Guarde as mensagens e o comprovante, e entregue o celular em qualquer delegacia.',
      ],
    },
    stolen: {
      sentence: 'Roubado. Não compre. Qualquer delegacia o recebe.',
      now: [
        'Não pague e não confronte o vendedor. O celular continua recusado depois de qualquer restauração.',
        'Já está com ele? Você não é acusado de nada. Entregue em qualquer delegacia e peça um recibo.',
        'Guarde as mensagens e o comprovante: você precisa deles para reaver o dinheiro do vendedor ou do banco.',
        'Ninguém que tenha direito a este celular vai pedir dinheiro, conta ou senha.',
      ],
    },
    recovered: {
      sentence: 'Roubado, e encontrado pela polícia.',
      now: [
        'Se alguém oferecer este celular, não compre e avise a polícia: ele deveria estar com ela.',
        'Foi você que entregou? Guarde o recibo; não precisa fazer mais nada.',
      ],
    },
    retired: {
      sentence: 'Fora de uso para sempre. Não compre.',
      now: [
        'Ele nunca mais será ativado. Só serve para reciclagem.',
        'Venderam como se funcionasse? Guarde as mensagens e o comprovante, e peça o dinheiro de volta.',
      ],
    },
  },
  nowTitle: 'O que fazer agora',
  ready: {
    label: 'Pronto para a entrega:',
    yes: 'sim. O dono está passando o celular adiante, e um comprador pode assumi-lo agora.',
    no: 'não. O dono não o oferece neste momento, ou ele não está cadastrado.',
  },
  asOf: (time, entry) => `Respondido em ${time}, conforme a entrada ${entry} do registro público.`,
  seeLog: 'Ver o registro',
  mine: 'Este celular é seu? Qualquer polícia encontra esta comunicação. Diga “este é o meu celular”; não custa nada, e a resposta é por escrito.',
  print: {
    button: 'Imprimir esta resposta',
    title: 'Resposta assinada',
    code: 'Código com a resposta assinada',
    verify: 'Ver se esta resposta é verdadeira',
    hint: 'Quem ler o código vê se esta resposta é verdadeira. O código não mostra o número.',
  },
  verify: {
    title: 'Esta resposta é verdadeira?',
    real: (registry) => `Esta resposta é verdadeira. O registro ${registry} a assinou.`,
    since: 'Valia naquele momento. Muito pode ter mudado: consulte de novo antes de pagar.',
    fake: 'Esta resposta não é nossa ou foi alterada. Não confie nela.',
    label: 'Digite o número do celular à sua frente',
    button: 'Comparar',
    same: 'A resposta é sobre este número.',
    other: 'A resposta é sobre outro número. Não confie nela.',
  },
  limited: {
    title: 'Consultas demais ao mesmo tempo',
    text: (seconds) =>
      `Espere ${seconds} segundos e tente de novo. Nada do que você digitou foi guardado.`,
  },
  frame: {
    skip: 'Ir para o conteúdo principal',
    demonstration: 'Demonstração. Não é um site da polícia.',
    back: 'Voltar',
    error: 'Erro',
    log: 'O registro público',
    check: 'Consultar um celular',
  },
}
