import { CommandRefused } from './command';

/** Ctrl+C ends the work at the next safe point, with a sentence that says what is left of it. Exit code 1. */
export async function stoppable<T>(whenStopped: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) throw new CommandRefused(whenStopped);
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
