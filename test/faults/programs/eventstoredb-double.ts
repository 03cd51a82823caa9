/** The EventStoreDB double in a process of its own, that can be stopped as a server can. */
import { EventStoreDbDouble } from '../../../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { onTold, say } from '../processes';

export interface DoubleSaid {
  readonly url?: string;
  /** After it was told to freeze or to thaw. */
  readonly frozen?: boolean;
}

export interface ToldDouble {
  /** Takes calls and answers none. */
  readonly freeze: boolean;
}

void EventStoreDbDouble.start().then((double) => {
  onTold<ToldDouble>(({ freeze }) => {
    if (freeze) double.freeze();
    else double.thaw();
    say({ frozen: freeze } satisfies DoubleSaid);
  });
  say({ url: double.url } satisfies DoubleSaid);
});
