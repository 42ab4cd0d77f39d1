/** What the trail says was done; what is not among these is shown by its code. */
export const ACTION_WORDS: Readonly<Record<string, string>> = {
  'case.view': 'Looked at a case',
  'case.open': 'Opened a case',
  'case.take': 'Took a case, knowing nobody involved',
  'case.known': 'Knows somebody involved: for others',
  'case.judge': 'Said what the evidence shows',
  'case.refuse': 'Refused a case',
  'lock.propose': 'Signed an order first',
  'lock.approve': 'Signed an order second',
  'draft.lock': 'Drafted an order to block',
  'draft.found': 'Drafted a record as found',
  'draft.release': 'Drafted a return',
  'draft.view': 'Looked at a draft',
  'identity.view': 'Looked at a conflict of numbers',
  'request.list': 'Looked at the requests',
  'device.scan': 'Scanned a phone',
  'claim.paid': 'Noted a paid claim',
  'batch.open': 'Began a list',
  'batch.complete': 'Completed a list',
  'batch.approve': 'Approved a list',
  'trail.view': 'Read this page',
}

export const wordsOfAction = (action: string): string => ACTION_WORDS[action] ?? action
