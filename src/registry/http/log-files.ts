import type { OpenAPIHono } from '@hono/zod-openapi'
import { demand } from '../../core/index.ts'
import { CHECKPOINT_PATH, parseTilePath, tilePath } from '../../log/index.ts'
import type { Context } from '../context.ts'
import type { Env } from './env.ts'
import { document } from './route.ts'

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** The public log as C2SP tlog-tiles has it: a checkpoint for seconds, everything else for ever. */
export function logRoutes(app: OpenAPIHono<Env>, { store }: Context): void {
  document(app, {
    path: '/log/checkpoint',
    summary: 'The newest checkpoint, signed and cosigned (C2SP tlog-checkpoint)',
    responses: { 200: { description: 'A signed note', content: { 'text/plain': {} } } },
    refuses: ['not-found'],
  })
  app.get('/log/checkpoint', async (c) => {
    const note = await store.readCheckpoint()
    demand(note !== null, 'not-found', `${CHECKPOINT_PATH} is not there yet`)
    return c.body(note.slice().buffer, 200, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'public, max-age=1',
    })
  })
  document(app, {
    path: '/log/tile/{tile}',
    summary: 'A tile or entry bundle (C2SP tlog-tiles); the name has slashes of its own',
    responses: {
      200: { description: 'Immutable bytes', content: { 'application/octet-stream': {} } },
    },
    refuses: ['tile-malformed', 'not-found'],
  })
  app.get('/log/tile/*', async (c) => {
    // Only what parses as a tile is ever looked up: no other path reaches the disk.
    const path = tilePath(parseTilePath(c.req.path.slice('/log/'.length)))
    const bytes = await store.read(path)
    demand(bytes !== null, 'not-found', 'no such tile')
    return c.body(bytes.slice().buffer, 200, {
      'content-type': 'application/octet-stream',
      'cache-control': IMMUTABLE,
    })
  })
}
