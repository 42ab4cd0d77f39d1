import type { Words } from '../words.ts'

export const zhHans: Words = {
  title: {
    'activation-needed': '此手机需要激活',
    held: '此手机已被机主冻结',
    stolen: '此手机已报失窃',
    recovered: '此手机由警方保管',
    restricted: '此手机有一个零件需要配对',
    retired: '此手机已永久停用',
  },
  message: {
    return: '请通过警方把手机还给我。',
    needed: '我需要手机里的内容。请将它交到任何一个派出所。',
    thanks: '如果是您捡到的：谢谢您。警方会把它还给我。',
  },
  orderedBy: (authority, index) => `由 ${authority} 下令，公开日志第 ${index} 条。`,
  until: (time) => `冻结将于 ${time} 结束。`,
  found: '捡到了这部手机？请交到任何一个派出所，或请警方上门取走：不收任何费用。',
  reference: (reference) => `请告知警方此编号：${reference}。只有警方能从中查到信息。`,
  police: '警方',
  scan: '警方会扫描此码；它不能解锁手机。',
  appeal:
    '这是您的手机吗？任何一家警察机关或公开查询都能为您找到这条记录：请说明“这是我的手机”。' +
    '不收费用，书面答复；若第一家机关拒绝，由第二家机关裁定。',
  asksNothing: '此屏幕上没有人会向您索要钱款、账号或密码。',
  activation: '它只需联网一次，询问是否可用。等待不会丢失任何数据。',
  partRefused:
    '此手机有一个零件未与其配对，或属于另一部手机。请连接网络进行配对，或咨询认证的维修商。',
  partStolen: (authority) =>
    `此零件属于一部被盗手机。这不是您的过错：请联系 ${authority ?? '任何一家警察机关'}；警方会免费取走。`,
  emergency: '紧急呼叫',
}
