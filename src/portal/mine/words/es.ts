import type { MineWords } from '../words.ts'

export const es: MineWords = {
  title: 'Este es mi teléfono',
  reported: {
    title: 'Usted lo denunció y ha vuelto',
    signIn: 'Entre con su llave de acceso para retirar la denuncia o confirmar una devolución',
    follow: 'Sígalo con la referencia y la tarjeta',
  },
  bought: {
    title: 'Lo compró o se lo dieron, y no tiene tarjeta propia',
    text: 'Nada en estas páginas lo hace suyo. Llévelo a cualquier comisaría, o en el Reino Unido llame al 101, con lo que tenga del vendedor: un recibo, mensajes, un nombre. Decide un agente.',
    appeal:
      'Diga que es su teléfono: el cuerpo que lo bloqueó responde por escrito en 14 días, y no necesita cuenta',
  },
  handedOver: {
    title: 'Se lo traspasaron, con una tarjeta propia',
    text: 'Durante 14 días quien lo tenía antes puede impugnar el traspaso. Eso solo no bloquea nada: la policía ve el traspaso y le escucha antes de decidir. Tiene 72 horas; después puede decidir sin usted. Si investiga un robo con violencia, no tiene que esperar.',
  },
  card: {
    label: 'Código de su tarjeta de recuperación',
    hint: '10 letras y cifras. No importan los espacios ni las mayúsculas.',
  },
  side: {
    label: 'Su versión',
    hint: 'Cómo llegó usted al teléfono. Puede decirlo una vez; lo leen los agentes del caso. 2000 caracteres como máximo.',
  },
  button: 'Enviar su versión',
  inset: 'Decirlo no desbloquea ni bloquea nada. No cuesta nada.',
  mistakes: {
    card: 'Introduzca el código que está en su tarjeta de recuperación',
    side: 'Diga cómo llegó al teléfono',
    long: 'Su versión debe tener 2000 caracteres o menos',
    nobody: 'Ninguna impugnación espera a este código, o ya se dijo su versión',
  },
  said: {
    title: 'Su versión se ha guardado',
    text: 'Los agentes del caso la leen antes de decidir.',
    reference: 'Referencia de la impugnación:',
    keep: 'Anótela y dígala cuando llame a la policía (en el Reino Unido, 101).',
  },
}
