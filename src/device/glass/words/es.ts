import type { Words } from '../words.ts'

export const es: Words = {
  title: {
    'activation-needed': 'Hay que activar este teléfono',
    held: 'El dueño ha retenido este teléfono',
    stolen: 'Este teléfono consta como robado',
    recovered: 'Este teléfono está bajo custodia policial',
    restricted: 'Hay que emparejar una pieza de este teléfono',
    retired: 'Este teléfono está fuera de uso para siempre',
  },
  message: {
    return: 'Por favor, devuélvame mi teléfono a través de la policía.',
    needed: 'Necesito lo que hay en este teléfono. Entréguelo en cualquier comisaría.',
    thanks: 'Si lo ha encontrado: gracias. La policía me lo devolverá.',
  },
  orderedBy: (authority, index) =>
    `Ordenado por ${authority}, entrada ${index} del registro público.`,
  until: (time) => `La retención termina el ${time}.`,
  found:
    '¿Lo ha encontrado? Entréguelo en cualquier comisaría o pida a la policía que lo recoja: es gratis.',
  reference: (reference) =>
    `Indíqueles esta referencia: ${reference}. Solo la policía puede leer algo en ella.`,
  police: 'Policía',
  scan: 'La policía lee este código; no desbloquea el teléfono.',
  appeal:
    '¿Es su teléfono? Cualquier cuerpo de policía o la consulta pública encuentra esta entrada: diga ' +
    '«este es mi teléfono». Es gratis, se responde por escrito y, si el primer cuerpo se niega, decide un segundo.',
  asksNothing: 'Nadie pide en esta pantalla dinero, una cuenta ni una contraseña.',
  activation:
    'Necesita una red una sola vez, para preguntar si está libre. No se pierde nada por esperar.',
  partRefused:
    'Una pieza de este teléfono no está emparejada con él o pertenece a otro. Conéctelo a una red y emparéjela, o pregunte a un taller certificado.',
  partStolen: (authority) =>
    `Esta pieza pertenece a un teléfono robado. No es culpa suya: llame a ${authority ?? 'cualquier cuerpo de policía'}; la policía la recoge gratis.`,
  emergency: 'Llamada de emergencia',
}
