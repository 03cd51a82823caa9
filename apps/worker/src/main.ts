/** Read models and policies in a process of their own; over HTTP only its health. */
import 'reflect-metadata';
import { EveryRouteHasAPolicy } from '@app/access';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { forgettingOn } from '../../composition/src/forgetting';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { PlatformModule } from '../../composition/src/platform.module';
import { startPolicies } from '../../composition/src/policies';
import { HealthController } from '../../web/src/health.controller';

@Module({})
class WorkerModule {
  static on(platform: Platform): DynamicModule {
    return {
      module: WorkerModule,
      imports: [DiscoveryModule, PlatformModule.of(platform)],
      controllers: [HealthController],
      providers: [EveryRouteHasAPolicy],
    };
  }
}

export interface Worker {
  /** Where its health is asked. */
  readonly url: string;
  /** Finishes the batch at hand and gives the leases back. */
  close(): Promise<void>;
}

export async function startWorker(env: NodeJS.ProcessEnv, logger = new Logger('Evenhand')): Promise<Worker> {
  const platform = await openPlatform(env, { logger });
  try {
    // Whoever was forgotten stays forgotten, whatever a restore brought back.
    await forgettingOn(platform).applySuppression();
    await platform.runner.start();
    const app = await NestFactory.create(WorkerModule.on(platform), { logger: ['warn', 'error'], abortOnError: false });
    await app.listen(Number(env['PORT'] ?? 3001), env['HOST'] ?? '127.0.0.1');
    const policies = startPolicies(app, platform, logger);
    const { port } = app.getHttpServer().address() as { port: number };
    return {
      url: `http://localhost:${port}`,
      async close() {
        await policies.stop();
        await app.close();
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function main(): Promise<void> {
  const worker = await startWorker(process.env);
  process.stdout.write(`Evenhand's worker is well: ${worker.url}/health/ready\n`);
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping ??= worker.close().finally(() => process.exit(0));
    });
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`Evenhand's worker could not start: ${message}\n`);
    process.exit(1);
  });
}
