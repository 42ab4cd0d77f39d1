/** The one event of a phone's line: an order about it is in force. It says nothing else: the phone asks. */
export const WAKE = 'event: wake\ndata: {}\n\n'
/** Comment line that shows the line is alive, twice a minute. */
export const LINE_HEARTBEAT = ': hb\n\n'
export const LINE_HEARTBEAT_MS = 30_000
