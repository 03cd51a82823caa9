/**
 * A server that speaks EventStoreDB's gRPC and does what it is told: answers as the real 23.10.6 was seen to, and fails on
 * request. It runs inside the test, on a port of its own.
 *
 *     const double = await EventStoreDbDouble.start();
 *     double.next('append', 'dropAnswer');
 */
import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import {
  AllStreamPosition,
  BadRequest,
  MaximumAppendSizeExceeded,
  StreamIdentifier,
  Timeout,
  UUID,
  WrongExpectedVersion,
  type Empty as NothingRequested,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  AppendResp,
  BatchAppendResp,
  ReadResp,
  type AppendReq,
  type BatchAppendReq,
  type ReadReq,
} from '@eventstore/db-client/generated/streams_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { MAX_APPEND_SIZE, ScriptedLog, type Expected, type Proposed, type Record, type Written } from './scripted-log';

/** `Answer` faults write first; `Unwritten` faults do not write at all. */
export type AppendFault =
  | 'dropAnswer'
  | 'dropBeforeWrite'
  | 'duplicateAnswer'
  /** Writes, breaks the client's batch call, and answers on the next one, where nobody waits for it. */
  | 'answerLate'
  | 'timeoutWritten'
  | 'timeoutUnwritten'
  | 'serverNotReady'
  | 'unavailableWritten'
  | 'unavailable'
  | 'internal'
  | 'aborted'
  | 'cancelled'
  | 'notLeader'
  | 'nonsense'
  /** From now on this batch call takes everything and does nothing; a new call would be served. */
  | 'callGoesDead'
  | { readonly delayMs: number };
export type ReadFault = 'hang' | 'unavailable' | 'internal' | 'notLeader' | 'cutShort' | { readonly delayMs: number };
export type SubscriptionFault =
  | 'error'
  | 'silentEnd'
  | 'silence'
  | 'consumerTooSlow'
  | 'hang'
  | 'notLeader'
  | { readonly fault: 'error' | 'silentEnd' | 'silence' | 'consumerTooSlow'; readonly afterEvents: number };
export type FeaturesFault = 'internal' | 'unavailable' | 'hang';

interface Faults {
  append: AppendFault;
  read: ReadFault;
  subscribe: SubscriptionFault;
  features: FeaturesFault;
}

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** An append as it came, for tests that ask whether a retry was the same. */
export interface SeenAppend {
  readonly stream: string;
  readonly expected: Expected;
  readonly ids: readonly string[];
}

const BACKGROUND = 1 / 50;
const CONSIDERED_PER_CHECKPOINT = 32;
/** One append of more events than this drops live subscribers, after about 200 of them. */
const BURST = 250;
const DELIVERED_OF_A_BURST = 200;

export class EventStoreDbDouble {
  readonly appends: SeenAppend[] = [];
  /** Where each subscription began; undefined is the start. */
  readonly subscriptions: (bigint | undefined)[] = [];
  /** Reads and subscriptions that are open. */
  readonly openReads = new Set<ReadCall>();
  readonly openBatches = new Set<BatchCall>();
  /** Whoever asks for a leader is sent away from a follower. */
  leader: EventStoreDbDouble = this;
  members: readonly EventStoreDbDouble[] = [this];

  #server: Server | undefined;
  #port = 0;
  readonly #faults: { [Operation in keyof Faults]: Faults[Operation][] } = {
    append: [],
    read: [],
    subscribe: [],
    features: [],
  };
  #random: (() => number) | undefined;
  readonly #dead = new WeakSet<BatchCall>();
  readonly #unanswered: BatchAppendResp[] = [];
  #frozen: Promise<void> | undefined;
  #thaw: (() => void) | undefined;
  readonly #unsubscribe = new Set<() => void>();

  private constructor(readonly log: ScriptedLog) {}

  static async start(log = new ScriptedLog()): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(log);
    await double.accept();
    return double;
  }

  /** Nodes that share one log; the first leads. */
  static async cluster(size: number): Promise<EventStoreDbDouble[]> {
    const log = new ScriptedLog();
    const members = await Promise.all(Array.from({ length: size }, () => EventStoreDbDouble.start(log)));
    for (const member of members) {
      member.members = members;
      member.leader = members[0] ?? member;
    }
    return members;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  get listening(): boolean {
    return this.#server !== undefined;
  }

  /** The next call of this kind meets this fault; several are taken in order. */
  next<Operation extends keyof Faults>(operation: Operation, ...faults: Faults[Operation][]): void {
    this.#faults[operation].push(...faults);
  }

  /** From now on about one call in fifty meets a fault that the adapter must ride out. The same seed, the same faults. */
  background(seed: number): void {
    let state = seed >>> 0;
    this.#random = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** Takes calls and does nothing with them until `thaw`, as under SIGSTOP; what came meanwhile is then done. */
  freeze(): void {
    this.#frozen = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#frozen = undefined;
    this.#thaw?.();
  }

  /** Cuts every connection; new ones are welcome. */
  async killConnections(): Promise<void> {
    this.refuse();
    await this.accept();
  }

  /** Cuts every connection and takes no new one, until `accept`. */
  refuse(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    for (const stop of this.#unsubscribe) stop();
    this.openReads.clear();
    this.openBatches.clear();
  }

  async accept(): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    server.addService(StreamsService, {
      read: (call: ReadCall) => void this.#read(call),
      append: (call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>) =>
        this.#unaryAppend(call, done),
      batchAppend: (call: BatchCall) => this.#batchAppend(call),
    });
    server.addService(ServerFeaturesService, {
      getSupportedMethods: (
        _: ServerUnaryCall<NothingRequested, SupportedMethods>,
        done: sendUnaryData<SupportedMethods>,
      ) => void this.#features(done),
    });
    server.addService(GossipService, {
      read: (_: ServerUnaryCall<NothingRequested, ClusterInfo>, done: sendUnaryData<ClusterInfo>) =>
        done(null, this.#gossip()),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    this.#server = server;
  }

  stop(): void {
    this.thaw();
    this.refuse();
  }

  /** When no read and no subscription is open any more. A leaked one makes the test time out. */
  async idle(): Promise<void> {
    while (this.openReads.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #take<Operation extends keyof Faults>(
    operation: Operation,
    usual: readonly Faults[Operation][],
  ): Faults[Operation] | undefined {
    const told = this.#faults[operation].shift();
    if (told !== undefined || !this.#random || usual.length === 0 || this.#random() > BACKGROUND) return told;
    return usual[Math.floor(this.#random() * usual.length)];
  }

  // Appends

  #batchAppend(call: BatchCall): void {
    this.openBatches.add(call);
    const pending = new Map<string, { options: BatchAppendReq.Options; events: Proposed[] }>();
    const gone = (): void => void this.openBatches.delete(call);
    call.on('cancelled', gone);
    call.on('error', gone);
    call.on('end', () => {
      gone();
      call.end();
    });
    for (const late of this.#unanswered.splice(0)) call.write(late);
    call.on('data', (request: BatchAppendReq) => {
      const key = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      if (options) pending.set(key, { options, events: [] });
      const append = pending.get(key);
      if (!append) return;
      append.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return;
      pending.delete(key);
      void this.#answerBatch(call, key, append.options, append.events);
    });
  }

  async #answerBatch(call: BatchCall, key: string, options: BatchAppendReq.Options, events: Proposed[]): Promise<void> {
    const stream = nameOf(options.getStreamIdentifier());
    const expected: Expected = options.hasStreamPosition()
      ? BigInt(options.getStreamPosition())
      : options.hasNoStream()
        ? 'no_stream'
        : options.hasStreamExists()
          ? 'stream_exists'
          : 'any';
    const fault = this.#take('append', USUAL_APPEND_FAULTS);
    if (this.#frozen) await this.#frozen;
    if (typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (this.#dead.has(call)) return;
    this.appends.push({ stream, expected, ids: events.map(({ id }) => id) });

    const answer = new BatchAppendResp();
    answer.setCorrelationId(new UUID().setString(key));
    answer.setStreamIdentifier(identifier(stream));
    const requiresLeader = call.metadata.get('requires-leader')[0] === 'true';
    if (fault === 'notLeader' || (requiresLeader && this.leader !== this)) return this.#break(call, this.#notLeader());
    switch (fault) {
      case 'callGoesDead':
        this.#dead.add(call);
        return;
      case 'dropBeforeWrite':
        return;
      case 'timeoutUnwritten':
        return void this.#tell(call, answer.setError(failure(4, 'Timeout', new Timeout(), 'Timeout')));
      case 'serverNotReady':
        return void this.#tell(call, answer.setError(failure(14, 'Server Is Not Ready', new Empty(), 'NotReady')));
      case 'nonsense':
        return void this.#tell(call, answer.setError(failure(2, 'Something Else', new Empty(), 'SomethingElse')));
      case 'unavailable':
        return this.#break(call, { code: status.UNAVAILABLE, details: 'Connection dropped' });
      case 'internal':
        return this.#break(call, { code: status.INTERNAL, details: 'Received RST_STREAM with code 0' });
      case 'aborted':
        return this.#break(call, { code: status.ABORTED, details: 'Operation timed out' });
      case 'cancelled':
        return this.#break(call, { code: status.CANCELLED, details: 'Cancelled by server' });
    }
    answerWith(answer, this.log.append(stream, expected, events), expected);
    switch (fault) {
      case 'dropAnswer':
        return;
      case 'timeoutWritten':
        return void this.#tell(call, answer.setError(failure(4, 'Timeout', new Timeout(), 'Timeout')));
      case 'unavailableWritten':
        return this.#break(call, { code: status.UNAVAILABLE, details: 'Connection dropped' });
      case 'answerLate':
        this.#unanswered.push(answer);
        return this.#break(call, { code: status.UNAVAILABLE, details: 'Connection dropped' });
      case 'duplicateAnswer':
        this.#tell(call, answer);
    }
    this.#tell(call, answer);
  }

  /** A call that was broken or went dead carries no answer any more. */
  #tell(call: BatchCall, answer: BatchAppendResp): void {
    if (this.openBatches.has(call)) call.write(answer);
  }

  #unaryAppend(call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>): void {
    let options: AppendReq.Options | undefined;
    const events: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      options = request.getOptions() ?? options;
      const message = request.getProposedMessage();
      if (message) events.push(proposed(message));
    });
    call.on('end', () => {
      const stream = nameOf(options?.getStreamIdentifier());
      const expected: Expected = options?.hasRevision()
        ? BigInt(options.getRevision())
        : options?.hasNoStream()
          ? 'no_stream'
          : options?.hasStreamExists()
            ? 'stream_exists'
            : 'any';
      this.appends.push({ stream, expected, ids: events.map(({ id }) => id) });
      const written = this.log.append(stream, expected, events);
      if (written.kind === 'tooLarge') {
        const metadata = new Metadata();
        metadata.set('exception', 'maximum-append-size-exceeded');
        metadata.set('maximum-append-size', String(MAX_APPEND_SIZE));
        return done({ code: status.INVALID_ARGUMENT, details: 'Maximum Append Size Exceeded.', metadata });
      }
      if (written.kind === 'badRequest')
        return done({ code: status.UNKNOWN, details: 'Exception was thrown by handler.' });
      const answer = new AppendResp();
      if (written.kind === 'success') {
        const position = new AppendResp.Position();
        position.setCommitPosition(String(written.position));
        position.setPreparePosition(String(written.position));
        const success = new AppendResp.Success();
        success.setCurrentRevision(String(written.revision));
        success.setPosition(position);
        answer.setSuccess(success);
      } else {
        const wrong = new AppendResp.WrongExpectedVersion();
        if (written.actual !== 'no_stream') wrong.setCurrentRevision(String(written.actual));
        if (typeof expected === 'bigint') wrong.setExpectedRevision(String(expected));
        answer.setWrongExpectedVersion(wrong);
      }
      done(null, answer);
    });
  }

  #break(call: BatchCall | ReadCall, error: { code: status; details: string; metadata?: Metadata }): void {
    const open = this.openBatches.delete(call as BatchCall) || this.openReads.delete(call as ReadCall);
    if (open) call.emit('error', error);
  }

  #notLeader(): { code: status; details: string; metadata: Metadata } {
    const metadata = new Metadata();
    metadata.set('exception', 'not-leader');
    metadata.set('leader-endpoint-host', '127.0.0.1');
    metadata.set('leader-endpoint-port', String(this.leader.port));
    return { code: status.NOT_FOUND, details: 'Leader info available', metadata };
  }

  // Reads and subscriptions

  async #read(call: ReadCall): Promise<void> {
    this.openReads.add(call);
    call.on('cancelled', () => this.openReads.delete(call));
    call.on('finish', () => this.openReads.delete(call));
    const options = call.request.getOptions();
    if (!options) return this.#break(call, { code: status.INVALID_ARGUMENT, details: 'No options' });
    const fault = options.hasSubscription() ? undefined : this.#take('read', USUAL_READ_FAULTS);
    if (this.#frozen) await this.#frozen;
    if (typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const requiresLeader = call.metadata.get('requires-leader')[0] === 'true';
    if (fault === 'notLeader' || (requiresLeader && this.leader !== this)) return this.#break(call, this.#notLeader());
    if (options.hasSubscription()) return this.#subscribe(call, options);
    if (fault === 'hang') return;
    if (fault === 'unavailable') return this.#break(call, { code: status.UNAVAILABLE, details: 'Connection dropped' });
    if (fault === 'internal')
      return this.#break(call, { code: status.INTERNAL, details: 'Received RST_STREAM with code 0' });
    const found = options.hasStream() ? this.#streamRecords(options) : this.#allRecords(options);
    if (found === 'missing') {
      const missing = new ReadResp.StreamNotFound();
      missing.setStreamIdentifier(options.getStream()?.getStreamIdentifier());
      call.write(new ReadResp().setStreamNotFound(missing));
      return void call.end();
    }
    const result = options.hasStream() ? 'ReadStreamResult' : 'ReadAllResult';
    if (found === 'invalid') return this.#break(call, { code: status.UNKNOWN, details: `Unexpected ${result}: Error` });
    const cut = fault === 'cutShort' ? Math.floor(found.length / 2) : found.length;
    for (const record of found.slice(0, cut)) call.write(eventOf(record));
    if (fault === 'cutShort') return this.#break(call, { code: status.UNAVAILABLE, details: 'Connection dropped' });
    call.end();
  }

  #streamRecords(options: ReadReq.Options): readonly Record[] | 'missing' | 'invalid' {
    const from = options.getStream();
    const records = this.log.stream(nameOf(from?.getStreamIdentifier()));
    const count = Number(options.getCount());
    const backwards = options.getReadDirection() === 1;
    if (count === 0 || (from?.hasEnd() && !backwards)) return 'invalid';
    if (records.length === 0) return 'missing';
    const revision = from?.hasRevision() ? Number(from.getRevision()) : from?.hasEnd() ? records.length - 1 : 0;
    return backwards
      ? records
          .slice(0, revision + 1)
          .reverse()
          .slice(0, count)
      : records.slice(revision, revision + count);
  }

  #allRecords(options: ReadReq.Options): readonly Record[] | 'invalid' {
    const from = options.getAll();
    const { records } = this.log;
    const count = Number(options.getCount());
    const backwards = options.getReadDirection() === 1;
    if (count === 0) return 'invalid';
    const position = from?.hasPosition() ? BigInt(from.getPosition()?.getCommitPosition() ?? 0) : undefined;
    if (position !== undefined && !this.#isPosition(position)) return 'invalid';
    if (backwards) {
      const end = from?.hasStart() ? 0 : position === undefined ? records.length : this.log.indexFrom(position);
      return records.slice(Math.max(0, end - count), end).reverse();
    }
    if (from?.hasEnd()) return [];
    const start = position === undefined ? 0 : this.log.indexFrom(position);
    return records.slice(start, start + count);
  }

  /** Beyond the end counts: it reads as empty. */
  #isPosition(position: bigint): boolean {
    const record = this.log.records[this.log.indexFrom(position)];
    return position === 0n || record === undefined || record.position === position;
  }

  #subscribe(call: ReadCall, options: ReadReq.Options): void {
    const all = options.getAll();
    const from = all?.hasPosition() ? BigInt(all.getPosition()?.getCommitPosition() ?? 0) : undefined;
    this.subscriptions.push(from);
    const told = this.#take('subscribe', USUAL_SUBSCRIPTION_FAULTS);
    const { fault, afterEvents } = typeof told === 'object' ? told : { fault: told, afterEvents: 0 };
    if (fault === 'hang') return;
    if (fault === 'notLeader') return this.#break(call, this.#notLeader());
    if (from !== undefined && !this.#isPosition(from)) {
      return this.#break(call, { code: status.UNKNOWN, details: 'Exception was thrown by handler.' });
    }
    const matches = filterOf(options);
    const checkpointEvery =
      CONSIDERED_PER_CHECKPOINT * Math.max(1, options.getFilter()?.getCheckpointintervalmultiplier() ?? 1);
    let considered = 0;
    let sent = 0;
    let over = false;
    const stop = (): void => {
      over = true;
      stopListening();
      this.#unsubscribe.delete(stop);
    };
    const fail = (): void => {
      if (fault === undefined || over || sent < afterEvents) return;
      stop();
      if (fault === 'silence') return;
      if (fault === 'silentEnd') return void call.end();
      this.#break(
        call,
        fault === 'consumerTooSlow' ? CONSUMER_TOO_SLOW : { code: status.UNAVAILABLE, details: 'Connection dropped' },
      );
    };
    /** True while the client keeps up. */
    const send = (record: Record): boolean => {
      if (over) return true;
      let keepsUp = true;
      considered += 1;
      if (matches(record)) {
        keepsUp = call.write(eventOf(record));
        sent += 1;
        fail();
      }
      if (over || !options.hasFilter() || considered % checkpointEvery !== 0) return keepsUp;
      const checkpoint = new ReadResp.Checkpoint();
      checkpoint.setCommitPosition(String(record.position));
      checkpoint.setPreparePosition(String(record.position));
      return call.write(new ReadResp().setCheckpoint(checkpoint));
    };
    const { records } = this.log;
    let next = all?.hasEnd() ? records.length : from === undefined ? 0 : this.log.indexFrom(from + 1n);
    let sending = false;
    let live = false;
    const sendRest = async (): Promise<void> => {
      if (sending) return;
      sending = true;
      while (!over && next < records.length) {
        if (!send(records[next++]!)) await new Promise((resolve) => call.once('drain', resolve));
      }
      sending = false;
      if (!over && !live) call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
      live = true;
    };
    const stopListening = this.log.onAppend((batch) => {
      if (!live || batch.length <= BURST) return void sendRest();
      batch.slice(0, DELIVERED_OF_A_BURST).forEach(send);
      if (over) return;
      stop();
      this.#break(call, CONSUMER_TOO_SLOW);
    });
    this.#unsubscribe.add(stop);
    call.on('cancelled', stop);
    const confirmation = new ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(randomUUID());
    call.write(new ReadResp().setConfirmation(confirmation));
    if (afterEvents === 0) fail();
    void sendRest();
  }

  // The rest

  async #features(done: sendUnaryData<SupportedMethods>): Promise<void> {
    const fault = this.#take('features', []);
    if (this.#frozen) await this.#frozen;
    if (fault === 'hang') return;
    if (fault) {
      return done({ code: fault === 'internal' ? status.INTERNAL : status.UNAVAILABLE, details: 'Connection dropped' });
    }
    const methods = new SupportedMethods().setEventStoreServerVersion('23.10.6');
    for (const name of ['append', 'batchappend', 'read', 'delete', 'tombstone']) {
      const method = new SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name);
      methods.addMethods(name === 'read' ? method.setFeaturesList(['position', 'events']) : method);
    }
    done(null, methods);
  }

  #gossip(): ClusterInfo {
    const info = new ClusterInfo();
    for (const member of this.members) {
      info.addMembers(
        new MemberInfo()
          .setInstanceId(new UUID().setString(randomUUID()))
          .setTimeStamp(String(this.members.length))
          .setState(member === this.leader ? MemberInfo.VNodeState.LEADER : MemberInfo.VNodeState.FOLLOWER)
          .setIsAlive(member.listening)
          .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(member.port)),
      );
    }
    return info;
  }
}

const CONSUMER_TOO_SLOW = {
  code: status.ABORTED,
  details: 'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
};

/** What `background` draws from: faults after which the same call must come to the right end within a second or so. */
const USUAL_APPEND_FAULTS: readonly AppendFault[] = [
  'dropAnswer',
  'dropBeforeWrite',
  'duplicateAnswer',
  'answerLate',
  'timeoutWritten',
  'timeoutUnwritten',
  'serverNotReady',
  'unavailableWritten',
  'unavailable',
  'internal',
  'notLeader',
  { delayMs: 5 },
];
/** What the real server was seen to do to an append (eventstoredb-behaviour.md), and its client makes of it; each is ridden out. */
export const RIDDEN_OUT: readonly AppendFault[] = [...USUAL_APPEND_FAULTS, 'aborted', 'cancelled'];
const USUAL_READ_FAULTS: readonly ReadFault[] = ['unavailable', 'internal', 'notLeader', 'cutShort', { delayMs: 5 }];
const USUAL_SUBSCRIPTION_FAULTS: readonly SubscriptionFault[] = [
  { fault: 'error', afterEvents: 1 },
  { fault: 'silentEnd', afterEvents: 2 },
  { fault: 'silence', afterEvents: 3 },
  { fault: 'consumerTooSlow', afterEvents: 4 },
  'silentEnd',
  'notLeader',
];

const nameOf = (stream: StreamIdentifier | undefined): string =>
  Buffer.from(stream?.getStreamName_asU8() ?? []).toString('utf8');

const identifier = (name: string): StreamIdentifier => new StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));

function proposed(message: BatchAppendReq.ProposedMessage | AppendReq.ProposedMessage): Proposed {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function failure(code: number, message: string, details: { serializeBinary(): Uint8Array }, name: string): Status {
  const any = new Any();
  any.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new Status().setCode(code).setMessage(message).setDetails(any);
}

function answerWith(answer: BatchAppendResp, written: Written, expected: Expected): void {
  switch (written.kind) {
    case 'success': {
      const position = new AllStreamPosition();
      position.setCommitPosition(String(written.position));
      position.setPreparePosition(String(written.position));
      const success = new BatchAppendResp.Success();
      success.setCurrentRevision(String(written.revision));
      success.setPosition(position);
      answer.setSuccess(success);
      return;
    }
    case 'wrong': {
      const wrong = new WrongExpectedVersion();
      if (written.actual === 'no_stream') wrong.setCurrentNoStream(new Empty());
      else wrong.setCurrentStreamRevision(String(written.actual));
      if (typeof expected === 'bigint') wrong.setExpectedStreamPosition(String(expected));
      else if (expected === 'no_stream') wrong.setExpectedNoStream(new Empty());
      else if (expected === 'any') wrong.setExpectedAny(new Empty());
      else wrong.setExpectedStreamExists(new Empty());
      answer.setError(failure(6, 'WrongExpectedVersion', wrong, 'WrongExpectedVersion'));
      return;
    }
    case 'tooLarge':
      answer.setError(
        failure(
          3,
          'MaximumAppendSizeExceeded',
          new MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE),
          'MaximumAppendSizeExceeded',
        ),
      );
      return;
    case 'badRequest':
      answer.setError(failure(3, 'BadRequest', new BadRequest().setMessage(written.message), 'BadRequest'));
  }
}

function eventOf(record: Record): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(record.id));
  recorded.setStreamIdentifier(identifier(record.stream));
  recorded.setStreamRevision(String(record.revision));
  recorded.setCommitPosition(String(record.position));
  recorded.setPreparePosition(String(record.position));
  recorded.setData(record.data);
  recorded.setCustomMetadata(record.metadata);
  recorded.getMetadataMap().set('type', record.type);
  recorded.getMetadataMap().set('content-type', record.contentType);
  recorded.getMetadataMap().set('created', '17953700964842993');
  const event = new ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setCommitPosition(String(record.position));
  return new ReadResp().setEvent(event);
}

function filterOf(options: ReadReq.Options): (record: Record) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = filter.getEventType() ?? filter.getStreamIdentifier();
  const textOf = (record: Record): string => (filter.hasEventType() ? record.type : record.stream);
  const regex = expression?.getRegex();
  if (regex) {
    const pattern = new RegExp(regex);
    return (record) => pattern.test(textOf(record));
  }
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) => prefixes.some((prefix) => textOf(record).startsWith(prefix));
}
