/** What a log line may hold of an error. */
export interface Fault {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: Fault
}

/**
 * An error for the log: by name, never with its other fields. PostgreSQL's `detail` and `where` quote
 * the row that failed, and the row may be a phone's number or an order's opening.
 */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' }
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(stack !== undefined && { stack }),
    ...(cause instanceof Error && { cause: faultOf(cause) }),
  }
}
