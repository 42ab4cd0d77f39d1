// The lab while somebody watches: what changes is shown where it stands. Without this script forms and a link remain.
const form = document.querySelector<HTMLFormElement>('form[data-lab]')
if (form) {
  const live = new EventSource(form.dataset['lab'] ?? '')
  live.addEventListener('message', ({ data }: MessageEvent<string>) => {
    for (const [id, html] of Object.entries(JSON.parse(data) as Record<string, string>))
      show(id, html)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void press(form, event.submitter)
  })
}

/** Whoever is on a button stays on it, or, where it is gone, hears what came of it. */
function show(id: string, html: string): void {
  const place = document.getElementById(id)
  if (!place) return
  const focused = place.contains(document.activeElement) ? document.activeElement?.id : undefined
  place.innerHTML = html // our own server's, escaped there
  if (!focused) return
  const next = document.getElementById(focused) ?? document.getElementById('lab-said')
  next?.focus({ preventScroll: true })
}

async function press(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const body = new FormData(form, button)
  const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(
    () => null,
  )
  // The answer that leads back to this page cannot be read, and need not be.
  if (answer?.type !== 'opaqueredirect') location.reload()
}
