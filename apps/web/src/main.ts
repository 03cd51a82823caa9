/** The web application: pages and the JSON API. In a process of its own, or inside another that has opened the platform. */
import 'reflect-metadata';
import type { INestApplication, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { forgettingOn } from '../../composition/src/forgetting';
import { LEVELS } from '../../composition/src/log';
import { serveMetrics } from '../../composition/src/metrics';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { serve } from '../../composition/src/serve';
import { dress } from './dress';
import { Gate } from './http/gate';
import { WebModule } from './web.module';

export interface Web {
  readonly app: INestApplication;
  /** Where it listens, such as `http://localhost:3000`. */
  readonly url: string;
  /** Takes no new requests, finishes those at hand. The platform stays open: whoever opened it closes it. */
  close(): Promise<void>;
}

export interface WebOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Loopback unless told. */
  readonly host?: string;
  /** Milliseconds in which every request is answered. */
  readonly answerMs?: number;
  /** Gets a line for each request, but for those of health that go well. */
  readonly logger?: LoggerService;
}

/** Serves pages and API on a platform. The read models need not run in this process. */
export async function createWeb(
  platform: Platform,
  { port, host = '127.0.0.1', answerMs, logger }: WebOptions,
): Promise<Web> {
  const gate = new Gate(answerMs);
  const app = await NestFactory.create<NestExpressApplication>(WebModule.on(platform, gate), {
    bodyParser: false,
    abortOnError: false,
    logger: ['warn', 'error'],
  });
  const undress = dress(app, platform, {
    gate,
    observe: (over) => {
      platform.metrics.request(over);
      if (over.route.startsWith('/health') && over.status < 400) return;
      const { seconds, ...fields } = over;
      logger?.log('Request', { ...fields, ms: Math.round(seconds * 1000) }, 'Web');
    },
  });
  await app.listen(port, host);
  logger?.setLogLevels?.(LEVELS);
  const server = app.getHttpServer();
  const address = server.address() as { port: number };
  return {
    app,
    url: `http://localhost:${address.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await gate.stop();
      // What is still open asks nothing, or is nowhere near the end of its request.
      server.closeAllConnections();
      await closed;
      undress();
      await app.close();
    },
  };
}

if (require.main === module) {
  serve("Evenhand's pages", async ({ logger, onStop }) => {
    const platform = await openPlatform(process.env, { logger });
    // Whoever was forgotten stays forgotten, whatever a restore brought back.
    await forgettingOn(platform).applySuppression();
    const { host, port = 3000 } = platform.settings;
    const metrics = await serveMetrics({ ...platform, say: (line) => logger.log(line) });
    const web = await createWeb(platform, { host, port, logger });
    onStop({
      'requests under way': () => web.close(),
      stores: () => platform.close(),
      metrics: () => metrics.close(),
    });
    logger.log(`Evenhand's pages are at ${web.url}`);
  });
}
