/** The web application: pages and the JSON API. In a process of its own, or inside another that has opened the platform. */
import 'reflect-metadata';
import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { dress } from './dress';
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
}

/** Serves pages and API on a platform. The read models need not run in this process. */
export async function createWeb(platform: Platform, { port, host = '127.0.0.1' }: WebOptions): Promise<Web> {
  const app = await NestFactory.create<NestExpressApplication>(WebModule.on(platform), {
    bodyParser: false,
    abortOnError: false,
    logger: ['warn', 'error'],
  });
  const undress = dress(app, platform);
  await app.listen(port, host);
  const address = app.getHttpServer().address() as { port: number };
  return {
    app,
    url: `http://localhost:${address.port}`,
    async close() {
      undress();
      app.getHttpServer().closeIdleConnections();
      await app.close();
    },
  };
}

async function main(): Promise<void> {
  const logger = new Logger('Evenhand');
  const platform = await openPlatform(process.env, { logger });
  const web = await createWeb(platform, {
    port: Number(process.env['PORT'] ?? 3000),
    ...(process.env['HOST'] === undefined ? {} : { host: process.env['HOST'] }),
  });
  process.stdout.write(`Evenhand's pages are at ${web.url}\n`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void web
        .close()
        .then(() => platform.close())
        .finally(() => process.exit(0));
    });
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(
      `Evenhand's pages could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  });
}
