import type { CheckWords } from '../words.ts'

export const es: CheckWords = {
  title: 'Comprobar un teléfono',
  languages: 'Idioma',
  label: 'IMEI o número de serie',
  hint: 'Marque *#06# en el teléfono o mire en sus ajustes. Un IMEI tiene 15 dígitos.',
  button: 'Comprobar',
  scan: {
    label: 'O una foto del código de barras',
    hint: 'Haga una foto de la pantalla que muestra *#06# o de la etiqueta de la caja. Se lee en este dispositivo y no se envía a ninguna parte.',
    working: 'Leyendo la foto…',
    found: 'Leído de la foto. Compárelo con el teléfono y pulse Comprobar.',
    nothing:
      'En esta foto no se puede leer ningún código de un teléfono. Acérquese más o escriba el número.',
  },
  mistakeTitle: 'Hay un problema',
  mistakes: {
    empty: 'Escriba el IMEI o el número de serie del teléfono',
    length: 'Un IMEI tiene de 14 a 16 dígitos',
    digits: 'Un IMEI consta solo de dígitos',
    checkDigit: 'El último dígito no encaja con los demás; busque un error de escritura',
    serial: 'Un número de serie tiene de 4 a 32 letras o dígitos',
  },
  answer: 'Respuesta',
  number: 'Número consultado:',
  states: {
    protected: {
      sentence: 'No hay ninguna denuncia sobre este número. Eso no es una garantía.',
      now: [
        'Pida al vendedor que ceda el teléfono en los ajustes, y pague solo cuando esta página diga que está listo para la entrega.',
        'Queden donde pueda probar el teléfono, pida la factura y guarde los mensajes.',
        'Vuelva a comprobarlo en el momento de pagar: un robo puede denunciarse una hora después.',
      ],
    },
    held: {
      sentence: 'Denunciado por su dueño, sin confirmar por la policía. No lo compre todavía.',
      now: [
        'No pague ni acuse a nadie: el dueño puede haberlo perdido o haberse equivocado.',
        'Vuelva a comprobarlo dentro de tres días. Para entonces la policía habrá confirmado la denuncia o esta habrá terminado por sí sola.',
        '¿Ya ha pagado? Guarde los mensajes y el justificante, y entregue el teléfono en cualquier comisaría.',
      ],
    },
    stolen: {
      sentence: 'Robado. No lo compre. Cualquier comisaría lo recoge.',
      now: [
        'No pague ni se enfrente al vendedor. El teléfono sigue rechazado tras cualquier restablecimiento.',
        '¿Ya lo tiene? No se le acusa de nada. Entréguelo en cualquier comisaría y pida un recibo.',
        'Guarde los mensajes y el justificante de pago: los necesita para recuperar su dinero del vendedor o del banco.',
        'Nadie que tenga derecho a este teléfono le pedirá dinero, una cuenta ni una contraseña.',
      ],
    },
    recovered: {
      sentence: 'Robado, y encontrado por la policía.',
      now: [
        'Si alguien le ofrece este teléfono, no lo compre y avise a la policía: debería tenerlo ella.',
        '¿Lo entregó usted? Guarde el recibo; no tiene que hacer nada más.',
      ],
    },
    retired: {
      sentence: 'Fuera de uso para siempre. No lo compre.',
      now: [
        'No volverá a ponerse en marcha nunca. Solo sirve para reciclar.',
        '¿Se lo vendieron como si funcionara? Guarde los mensajes y el justificante, y reclame su dinero.',
      ],
    },
  },
  nowTitle: 'Qué hacer ahora',
  ready: {
    label: 'Listo para la entrega:',
    yes: 'sí. Su dueño lo cede, y un comprador puede hacerse cargo ahora.',
    no: 'no. Su dueño no lo ofrece en este momento, o no está inscrito.',
  },
  asOf: (time, entry) => `Respondido el ${time}, según la entrada ${entry} del registro público.`,
  seeLog: 'Ver el registro',
  mine: '¿Es suyo este teléfono? Cualquier cuerpo de policía encuentra esta denuncia. Diga «este es mi teléfono»; no cuesta nada y la respuesta es por escrito.',
  print: {
    button: 'Imprimir esta respuesta',
    title: 'Respuesta firmada',
    code: 'Código con la respuesta firmada',
    verify: 'Ver si esta respuesta es auténtica',
    hint: 'Quien escanee el código verá si esta respuesta es auténtica. El código no muestra el número.',
  },
  verify: {
    title: '¿Es auténtica esta respuesta?',
    real: (registry) => `Esta respuesta es auténtica. La firmó el registro ${registry}.`,
    since:
      'Era cierta entonces. Puede haber pasado mucho desde entonces: vuelva a comprobar antes de pagar.',
    fake: 'Esta respuesta no es nuestra o fue alterada. No se fíe de ella.',
    label: 'Escriba el número del teléfono que tiene delante',
    button: 'Comparar',
    same: 'La respuesta trata de este número.',
    other: 'La respuesta trata de otro número. No se fíe de ella.',
  },
  limited: {
    title: 'Demasiadas comprobaciones a la vez',
    text: (seconds) =>
      `Espere ${seconds} segundos e inténtelo de nuevo. No se ha guardado nada de lo que escribió.`,
  },
  frame: {
    skip: 'Ir al contenido principal',
    demonstration: 'Demostración. No es una página de la policía.',
    back: 'Atrás',
    error: 'Error',
    log: 'El registro público',
    check: 'Comprobar un teléfono',
  },
}
