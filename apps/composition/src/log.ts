/**
 * What a process says of itself: never what it works on. Its fields are ids of requests, templates, codes and figures; nothing
 * that anybody typed. One JSON object a line in production, readable text otherwise.
 */
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Given back to the log once Nest has started, which says one line for each of its routes unless it is kept from it. */
export const LEVELS: LogLevel[] = ['log', 'warn', 'error', 'fatal'];

export const openLog = (json: boolean): ConsoleLogger =>
  new ConsoleLogger('Evenhand', {
    json,
    // Fields stand beside the message, where whoever collects logs looks for them.
    flattenParams: true,
    colors: !json && process.stdout.isTTY === true,
    prefix: 'Evenhand',
    logLevels: LEVELS,
  });

/** Where an error came from. Its message may quote what was sent, so only our own errors' are said, by whoever throws them. */
export function traceOf(error: unknown): string {
  const { name, stack } = (error ?? {}) as { name?: unknown; stack?: unknown };
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [typeof name === 'string' ? name : typeof error, ...frames.slice(0, 12).map((line) => line.trim())].join(
    ' | ',
  );
}
