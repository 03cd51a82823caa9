/** Sessions on the server, in Postgres: they hold who is signed in and opaque references, never what was typed. */
import { createHmac } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { Pool } from 'pg';

declare module 'express-session' {
  interface SessionData {
    personRef: string;
    /** The children that a search found, under an opaque id: what was searched for is not kept. */
    searches: { id: string; pupilRefs: string[]; reference?: string }[];
  }
}

const HOURS = 60 * 60 * 1000;

export interface Sessions {
  readonly handler: RequestHandler;
  close(): void;
}

/** @param key of the tenant; the cookie's signature is derived from it, so that a restart signs nobody out */
export function openSessions(pool: Pool, key: Buffer, production: boolean): Sessions {
  const Store = connectPgSimple(session);
  const store = new Store({
    pool,
    schemaName: 'app',
    tableName: 'sessions',
    createTableIfMissing: false,
    pruneSessionInterval: 15 * 60,
    // A prune that fails is tried again; its message could name rows.
    errorLog: () => undefined,
  });
  // An answer does not wait until the session's end is put off; what fails is made up for by the next request.
  const touch = store.touch.bind(store);
  store.touch = (sid, data, done) => {
    touch(sid, data, () => undefined);
    done?.();
  };
  const handler = session({
    store,
    secret: createHmac('sha256', key).update('session cookie').digest('hex'),
    name: production ? '__Host-evenhand' : 'evenhand',
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: production ? true : 'auto',
      path: '/',
      maxAge: 10 * HOURS,
    },
  });
  return { handler, close: () => void store.close() };
}

/** The session stays as it is in its store, and the cookie as it is in the browser. */
export function leaveSession(request: Request): void {
  Reflect.deleteProperty(request, 'session');
}
