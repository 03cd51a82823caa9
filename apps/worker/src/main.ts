/** Read models and policies in a process of their own; over HTTP only its health. */
import 'reflect-metadata';
import { EveryRouteHasAPolicy } from '@app/access';
import { type DynamicModule, Logger, type LoggerService, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { forgettingOn } from '../../composition/src/forgetting';
import { LEVELS } from '../../composition/src/log';
import { serveMetrics } from '../../composition/src/metrics';
import { openPlatform, type Platform } from '../../composition/src/platform';
import { PlatformModule } from '../../composition/src/platform.module';
import { startPolicies } from '../../composition/src/policies';
import { serve, type StopSteps } from '../../composition/src/serve';
import { HealthController, type Standing, STANDING } from '../../web/src/health.controller';

@Module({})
class WorkerModule {
  static on(platform: Platform, standing: Standing): DynamicModule {
    return {
      module: WorkerModule,
      imports: [DiscoveryModule, PlatformModule.of(platform)],
      controllers: [HealthController],
      providers: [EveryRouteHasAPolicy, { provide: STANDING, useValue: standing }],
    };
  }
}

export interface Worker {
  /** Where its health is asked. */
  readonly url: string;
  /** What ends it, one after the other: the batch at hand is finished and the leases are given back. */
  readonly steps: StopSteps;
  /** All of the steps. */
  close(): Promise<void>;
}

export async function startWorker(
  env: NodeJS.ProcessEnv,
  logger: LoggerService = new Logger('Evenhand'),
): Promise<Worker> {
  const platform = await openPlatform(env, { logger });
  try {
    // Whoever was forgotten stays forgotten, whatever a restore brought back.
    await forgettingOn(platform).applySuppression();
    await platform.runner.start();
    const standing = { stopping: false };
    const app = await NestFactory.create(WorkerModule.on(platform, standing), {
      logger: ['warn', 'error'],
      abortOnError: false,
    });
    const { host, port = 3001 } = platform.settings;
    await app.listen(port, host);
    logger.setLogLevels?.(LEVELS);
    const metrics = await serveMetrics({ ...platform, say: (line) => logger.log(line) });
    const policies = startPolicies(app, platform, logger);
    const steps: StopSteps = {
      'what runs every minute': () => {
        standing.stopping = true;
        return policies.stop();
      },
      'read models': () => platform.runner.stop(),
      stores: () => platform.close(),
      health: async () => {
        app.getHttpServer().closeAllConnections();
        await Promise.all([app.close(), metrics.close()]);
      },
    };
    return {
      url: `http://localhost:${(app.getHttpServer().address() as { port: number }).port}`,
      steps,
      async close() {
        for (const end of Object.values(steps)) await end();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

if (require.main === module) {
  serve("Evenhand's worker", async ({ logger, onStop }) => {
    const worker = await startWorker(process.env, logger);
    onStop(worker.steps);
    logger.log(`Evenhand's worker is well: ${worker.url}/health/ready`);
  });
}
