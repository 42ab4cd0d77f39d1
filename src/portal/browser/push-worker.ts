// Shows what an owner is told, while none of our pages is open. It sees nothing else: it handles no request.
interface Woken extends Event {
  waitUntil(done: Promise<unknown>): void
}
interface Told extends Woken {
  readonly data: { json(): unknown } | null
}
interface Pressed extends Woken {
  readonly notification: Notification
}
interface Worker {
  readonly registration: ServiceWorkerRegistration
  readonly clients: { openWindow(url: string): Promise<unknown> }
}
const worker = self as unknown as Worker

addEventListener('push', (event) => {
  const { id, text } = noticeIn(event as Told)
  // A second copy takes the place of the first.
  const shown = worker.registration.showNotification('About your phone', { body: text, tag: id })
  ;(event as Told).waitUntil(shown)
})

addEventListener('notificationclick', (event) => {
  const { notification } = event as Pressed
  notification.close()
  ;(event as Pressed).waitUntil(worker.clients.openWindow('/account'))
})

function noticeIn({ data }: Told): { readonly id: string; readonly text: string } {
  try {
    const said = data?.json() as { readonly id: string; readonly text: string }
    return { id: said.id, text: said.text }
  } catch {
    return { id: '', text: 'There is something new. Sign in to read it.' }
  }
}
export {}
