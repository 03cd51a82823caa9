/** A process that serves until it is told to stop: its log, its start, its end within ten seconds. */
import { type ConsoleLogger, Logger } from '@nestjs/common';
import { openLog, traceOf } from './log';
import { wantsJsonLog } from './settings';

/** All of a stop together; whoever started us kills after that (docs/operating.md). */
const STOP_MS = 10_000;

/** What is ended, one after the other; the names say what was cut off when the time is over. */
export type StopSteps = Readonly<Record<string, () => Promise<unknown>>>;

export interface Serving {
  readonly logger: ConsoleLogger;
  /** From now on SIGTERM, SIGINT and SIGHUP run these steps; without them they end the process at once. */
  onStop(steps: StopSteps): void;
}

/** Runs a program's main. What it throws ends the process with exit code 1 and its sentences, a line each. */
export function serve(name: string, start: (serving: Serving) => Promise<void>): void {
  const logger = openLog(wantsJsonLog(process.env));
  Logger.overrideLogger(logger);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal(`${name} ends: nobody foresaw this. ${traceOf(error)}`);
      process.exit(1);
    });
  }
  start({ logger, onStop: (steps) => stopOnSignal(logger, steps) }).catch((error: unknown) => {
    const taken = (error as { code?: unknown; port?: unknown }).code === 'EADDRINUSE';
    const said = error instanceof Error ? error.message : String(error);
    const sentences = taken
      ? [
          `Port ${String((error as { port?: unknown }).port)} is in use: stop what uses it, or choose another with PORT=3001.`,
        ]
      : said.split('\n');
    for (const sentence of sentences) logger.fatal(`${name} could not start: ${sentence}`);
    process.exit(1);
  });
}

function stopOnSignal(logger: ConsoleLogger, steps: StopSteps): void {
  let stopping = false;
  let current = '';
  const stop = async (): Promise<void> => {
    const limit = setTimeout(() => {
      logger.error(`Stopping took longer than ${STOP_MS / 1000} seconds. Cut off: ${current}.`);
      process.exit(1);
    }, STOP_MS);
    let failed = false;
    for (const [name, end] of Object.entries(steps)) {
      current = name;
      try {
        await end();
      } catch (error) {
        failed = true;
        logger.error(`Not ended cleanly: ${name}. ${traceOf(error)}`);
      }
    }
    clearTimeout(limit);
    logger.log('Stopped.');
    process.exit(failed ? 1 : 0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) {
        logger.warn(`Told to stop a second time: ended at once. Cut off: ${current}.`);
        process.exit(1);
      }
      stopping = true;
      logger.log(`Stopping (${signal}).`);
      void stop();
    });
  }
}
