// The account: messages to this browser. Without this script none is offered.
const form = document.querySelector<HTMLFormElement>('form[data-push]')
if (form !== null && 'serviceWorker' in navigator && 'PushManager' in window) {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void subscribe(form)
  })
}

async function subscribe(form: HTMLFormElement): Promise<void> {
  const error = form.querySelector<HTMLElement>('[data-push-error]')
  try {
    if ((await Notification.requestPermission()) !== 'granted') throw new Error('not wanted')
    await navigator.serviceWorker.register('/push-worker.js', { scope: '/account' })
    const { pushManager } = await navigator.serviceWorker.ready
    const applicationServerKey = form.dataset['push'] ?? ''
    const options = { userVisibleOnly: true, applicationServerKey }
    const { endpoint, keys } = (await pushManager.subscribe(options)).toJSON()
    const said = { endpoint, p256dh: keys?.['p256dh'], auth: keys?.['auth'] }
    for (const [name, value] of Object.entries(said)) {
      const field = form.querySelector<HTMLInputElement>(`input[name=${name}]`)
      if (field) field.value = value ?? ''
    }
    form.submit()
  } catch {
    if (error) error.hidden = false
  }
}
export {}
