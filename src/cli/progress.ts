import { SingleBar } from 'cli-progress'

/** Progress on stderr, for people only: nothing is drawn where nobody watches. */
export interface Progress {
  advance(by: number): void
  stop(): void
}

export function progressBar(what: string, total: number): Progress {
  if (!process.stderr.isTTY) return { advance: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format: `${what} {bar} {value}/{total}, {eta_formatted} left`,
    stream: process.stderr,
    // A hidden cursor would stay hidden after Ctrl-C.
    hideCursor: false,
  })
  bar.start(total, 0)
  return { advance: (by) => bar.increment(by), stop: () => bar.stop() }
}
