// A page that changes while somebody reads it: what changes is shown where it stands. Without this script a link looks again.
const watched = document.querySelector<HTMLElement>('[data-live]')
if (watched) {
  const live = new EventSource(watched.dataset['live'] ?? '')
  live.addEventListener('message', ({ data }: MessageEvent<string>) => {
    for (const [id, html] of Object.entries(JSON.parse(data) as Record<string, string>)) {
      const place = document.getElementById(id)
      const made = document.createElement('template')
      made.innerHTML = html // our own server's, escaped there
      // What says the same is left alone: it would be read out again.
      if (place && place.innerHTML !== made.innerHTML) place.replaceChildren(made.content)
    }
  })
  live.addEventListener('over', () => live.close())
}
