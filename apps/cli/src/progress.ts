/** A progress bar on a terminal; silence where there is none, and nothing ever on standard output. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  update(progress: { readonly done: number; readonly total: number }): void;
  stop(): void;
}

export function progressBar(label: string): Progress {
  const bar = new SingleBar({
    format: `${label} {bar} {percentage}%  {value} of {total}  {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: false,
  });
  let started = false;
  return {
    update({ done, total }) {
      if (!started) bar.start(total, done);
      started = true;
      bar.update(done);
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}

/** One bar after the other, as the work goes from stage to stage. */
export function stagedBars<Stage extends string>(labels: Readonly<Record<Stage, string>>) {
  let current: { readonly stage: Stage; readonly bar: Progress } | undefined;
  const stop = (): void => {
    current?.bar.stop();
    current = undefined;
  };
  return {
    update(stage: Stage, progress: { readonly done: number; readonly total: number }): void {
      if (current?.stage !== stage) {
        stop();
        current = { stage, bar: progressBar(labels[stage]) };
      }
      current.bar.update(progress);
    },
    stop,
  };
}
