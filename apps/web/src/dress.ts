/** What stands before the routes, in the one order that works (ui-and-ecosystem.md 1.2). */
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Platform } from '../../composition/src/platform';
import { serveAssets } from './assets';
import { body } from './http/body';
import { csrf } from './http/csrf';
import type { Gate } from './http/gate';
import { observed, type ObserveRequest } from './http/observed';
import { EveryProblem } from './http/filter';
import { neverCached, nonce, securityHeaders } from './http/headers';
import { openSessions } from './http/session';
import { serveOpenApi } from './openapi';
import { useViews } from './views';

/** Answers what undoes it at shutdown. */
export function dress(
  app: NestExpressApplication,
  platform: Platform,
  { gate, observe }: { readonly gate: Gate; readonly observe: ObserveRequest },
): () => void {
  const production = process.env['NODE_ENV'] === 'production';
  const express = app.getHttpAdapter().getInstance();
  express.disable('x-powered-by');
  useViews(express);
  app.use(nonce, observed(observe), securityHeaders(), gate.handler);
  serveAssets(express);
  const sessions = openSessions(platform.database.application, platform.keys.tenantKey('requests'), production);
  app.use(neverCached, body, sessions.handler, csrf);
  app.useGlobalFilters(new EveryProblem());
  serveOpenApi(app);
  return () => sessions.close();
}
