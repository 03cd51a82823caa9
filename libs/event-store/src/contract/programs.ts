/**
 * Random programs of appends, against a model of a few lines: one after the other every answer is foretold; all at once
 * the log must be one that some order explains.
 */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AppendOutcome, EventStore, ExpectedRevision, StoredEvent } from '../event-store';
import { events, idsOf, logOf, newStream, settled, streamOf, TEST_MS } from './support';

interface Step {
  readonly stream: number;
  /** Where the step expects the stream: at its end, before it, beyond it, or missing. */
  readonly expects: 'end' | 'before' | 'beyond' | 'missing';
  readonly size: number;
  /** Sends an earlier append again instead, if there is one. */
  readonly again: number | undefined;
  readonly client: 'store' | 'other';
}

const steps = fc.array(
  fc.record<Step>({
    stream: fc.nat(2),
    expects: fc.constantFrom('end', 'end', 'end', 'before', 'beyond', 'missing'),
    size: fc.integer({ min: 1, max: 4 }),
    again: fc.option(fc.nat(20), { nil: undefined, freq: 3 }),
    client: fc.constantFrom('store', 'other'),
  }),
  { minLength: 1, maxLength: 25 },
);

interface Sent {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly StoredEvent[];
}

const RUNS = { numRuns: 15 };

export function programs(stores: () => Record<'store' | 'other', EventStore>): void {
  it(
    'answers any program of appends as a list in memory would',
    () =>
      fc.assert(
        fc.asyncProperty(steps, async (program) => {
          const streams = Array.from({ length: 3 }, newStream);
          const before = await stores().store.head();
          const model = new Map<string, string[]>(streams.map((stream) => [stream, []]));
          const order: string[] = [];
          const history: Sent[] = [];
          for (const step of program) {
            const sent = sentBy(step, streams, history, (stream) => model.get(stream)!.length - 1);
            history.push(sent);
            const ids = model.get(sent.stream)!;
            const expected = sent.expected === 'no_stream' ? -1 : sent.expected;
            const own = idsOf(sent.events);
            const known = own.every((id, n) => ids[expected + 1 + n] === id);
            const outcome = await settled(stores()[step.client].append(sent.stream, sent.expected, sent.events));
            if (known || expected === ids.length - 1) {
              expect(outcome).toMatchObject({
                outcome: 'appended',
                firstRevision: expected + 1,
                lastRevision: expected + own.length,
              });
              if (!known) {
                ids.push(...own);
                order.push(...own);
              }
            } else {
              expect(outcome).toEqual({ outcome: 'conflict', actual: ids.length === 0 ? 'no_stream' : ids.length - 1 });
            }
          }
          for (const stream of streams)
            expect(idsOf(await streamOf(stores().other, stream))).toEqual(model.get(stream));
          expect(idsOf(await logOf(stores().store, before, new Set(streams), 10))).toEqual(order);
        }),
        RUNS,
      ),
    TEST_MS,
  );

  it(
    'leaves after any appends at once what was acknowledged, once and whole, and nothing else (I1, I2, I3, I5)',
    () =>
      fc.assert(
        fc.asyncProperty(steps, async (program) => {
          const streams = Array.from({ length: 3 }, newStream);
          const before = await stores().store.head();
          const history: Sent[] = [];
          for (const step of program)
            history.push(sentBy(step, streams, history, () => Math.floor(history.length / 3) - 1));
          const outcomes = await Promise.all(
            history.map((sent, n) =>
              settled(stores()[program[n]!.client].append(sent.stream, sent.expected, sent.events)),
            ),
          );
          const log = await logOf(stores().other, before, new Set(streams), 10);
          const proposed = new Set(history.flatMap((sent) => idsOf(sent.events)));
          const acknowledged = new Set<string>();
          for (const [n, outcome] of outcomes.entries()) {
            expect(['appended', 'conflict']).toContain(outcome.outcome);
            if (outcome.outcome !== 'appended') continue;
            const { firstRevision, lastRevision } = outcome as Extract<AppendOutcome, { outcome: 'appended' }>;
            const inLog = log.filter(
              (one) =>
                one.stream === history[n]!.stream && one.revision >= firstRevision && one.revision <= lastRevision,
            );
            expect(idsOf(inLog)).toEqual(idsOf(history[n]!.events));
            for (const id of idsOf(inLog)) acknowledged.add(id);
          }
          expect(log).toHaveLength(acknowledged.size);
          expect(idsOf(log).every((id) => proposed.has(id))).toBe(true);
          for (const stream of streams) {
            const revisions = log.filter((one) => one.stream === stream).map((one) => one.revision);
            expect(revisions).toEqual(revisions.map((_, n) => n));
          }
        }),
        RUNS,
      ),
    TEST_MS,
  );
}

function sentBy(
  step: Step,
  streams: readonly string[],
  history: readonly Sent[],
  endOf: (stream: string) => number,
): Sent {
  if (step.again !== undefined && history.length > 0) return history[step.again % history.length]!;
  const stream = streams[step.stream]!;
  const end = endOf(stream);
  const at = { end, before: end - 1, beyond: end + 2, missing: -1 }[step.expects];
  return { stream, expected: at < 0 ? 'no_stream' : at, events: events(step.size) };
}
