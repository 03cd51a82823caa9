/** The EventStoreDB adapter in a process of its own, so that a crash of its client is seen. */
import {
  type AppendOutcome,
  type EventStoreDbOptions,
  EventStoreDbStore,
  type ExpectedRevision,
  type StoredEvent,
} from '@app/event-store';
import { onTold, say, settings } from '../processes';

export interface ClientSettings {
  readonly options: EventStoreDbOptions;
}

export interface ToldClient {
  readonly n: number;
  /** One store for each url, kept. */
  readonly url: string;
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly StoredEvent[];
}

export interface ClientSaid {
  readonly n: number;
  readonly outcome?: AppendOutcome;
  /** What was thrown instead of an outcome. */
  readonly threw?: string;
  readonly ms: number;
}

const { options } = settings<ClientSettings>();
const stores = new Map<string, EventStoreDbStore>();

async function append({ url, stream, expected, events }: ToldClient): Promise<AppendOutcome> {
  const store = stores.get(url) ?? EventStoreDbStore.connect(url, options);
  stores.set(url, store);
  return store.append(stream, expected, events);
}

onTold<ToldClient>((told) => {
  const begun = performance.now();
  const answer = (said: object): void => say({ n: told.n, ms: Math.round(performance.now() - begun), ...said });
  append(told).then(
    (outcome) => answer({ outcome }),
    (error: unknown) => answer({ threw: String(error) }),
  );
});
say({ n: 0, ms: 0 } satisfies ClientSaid);
