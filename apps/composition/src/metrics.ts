/**
 * Figures for Prometheus. Labels are names that stand in the source (projections, commands, route templates, outcomes),
 * never an id and nothing that anybody typed. What a scrape asks of the stores costs the same however long the log is.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProjectionRunner } from '@app/projections';
import type { Pool } from 'pg';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Settings } from './settings';

/** What is looked at when somebody scrapes. */
export interface Watched {
  readonly runner: Pick<ProjectionRunner, 'health'>;
  readonly pools: Readonly<Record<string, Pool>>;
  /** Each answers when its store does. */
  readonly stores: Readonly<Record<string, () => Promise<unknown>>>;
}

/** A store that says nothing for so long is down, for a scrape. */
const STORE_MS = 1_000;
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const STATES = ['running', 'waiting', 'stopped', 'rebuilding', 'unreachable'] as const;

export class Metrics {
  readonly #registry = new Registry();
  readonly #watched: Watched;
  readonly #requests = this.#seconds(
    'http_request_seconds',
    'Requests by the template of their route; status 0: the connection broke off.',
    ['method', 'route', 'status'],
  );
  readonly #commands = this.#seconds(
    'command_seconds',
    'Commands by how they ended: recorded, nothing, refused, failed.',
    ['command', 'outcome'],
  );
  readonly #appends = this.#seconds(
    'append_seconds',
    'Appends by what the log answered: appended, conflict, unknown, rejected, unavailable.',
    ['outcome'],
  );
  readonly #state = this.#gauge('projection_state', '1 for the state that the read model is in, 0 for the others.', [
    'projection',
    'state',
  ]);
  readonly #lag = this.#gauge('projection_lag_seconds', 'Age of the oldest event that the read model has not passed.', [
    'projection',
  ]);
  readonly #behind = this.#gauge('projection_events_behind', 'Events not passed yet; not known with EventStoreDB.', [
    'projection',
  ]);
  readonly #poisoned = this.#gauge('projection_poisoned', '1 while it stands at an event that it cannot apply.', [
    'projection',
  ]);
  readonly #pools = this.#gauge('pool_connections', 'Connections used and idle, and callers that wait for one.', [
    'pool',
    'state',
  ]);
  readonly #stores = this.#gauge('store_up', '1 when the store answered within a second.', ['store']);

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Of the process: memory, processor time, event loop. Once, by whoever serves them. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  request(of: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status, seconds } = of;
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  command(command: string, outcome: 'recorded' | 'nothing' | 'refused' | 'failed', seconds: number): void {
    this.#commands.observe({ command, outcome }, seconds);
  }

  append(outcome: string, seconds: number): void {
    this.#appends.observe({ outcome }, seconds);
  }

  /** What Prometheus reads; within a few seconds, whatever is away. */
  async text(): Promise<string> {
    await Promise.all([this.#lookAtProjections(), this.#lookAtStores()]);
    this.#lookAtPools();
    return this.#registry.metrics();
  }

  async #lookAtProjections(): Promise<void> {
    const all = await this.#watched.runner.health();
    for (const gauge of [this.#lag, this.#behind]) gauge.reset();
    for (const { name: projection, state: now, lag, behind, poison } of all) {
      for (const state of STATES) this.#state.set({ projection, state }, now === state ? 1 : 0);
      this.#poisoned.set({ projection }, poison ? 1 : 0);
      if (lag !== undefined) this.#lag.set({ projection }, lag / 1000);
      if (behind !== undefined) this.#behind.set({ projection }, behind);
    }
  }

  async #lookAtStores(): Promise<void> {
    await Promise.all(
      Object.entries(this.#watched.stores).map(async ([store, ask]) =>
        this.#stores.set({ store }, (await answers(ask)) ? 1 : 0),
      ),
    );
  }

  #lookAtPools(): void {
    for (const [pool, { totalCount, idleCount, waitingCount }] of Object.entries(this.#watched.pools)) {
      this.#pools.set({ pool, state: 'used' }, totalCount - idleCount);
      this.#pools.set({ pool, state: 'idle' }, idleCount);
      this.#pools.set({ pool, state: 'waiting' }, waitingCount);
    }
  }

  #seconds<L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> {
    return new Histogram({ name: `evenhand_${name}`, help, labelNames, buckets: BUCKETS, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return new Gauge({ name: `evenhand_${name}`, help, labelNames, registers: [this.#registry] });
  }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = pause(STORE_MS, false, { signal: over.signal }).catch(() => false);
  const asked = ask().then(
    () => true,
    () => false,
  );
  const up = await Promise.race([asked, late]);
  over.abort();
  return up;
}

/**
 * Serves them where METRICS_PORT says, on a port of their own: whatever passes the pages on to the world, a proxy on this
 * machine too, passes nothing of this on.
 */
export async function serveMetrics({
  metrics,
  settings: { metricsHost, metricsPort },
  say,
}: {
  readonly metrics: Metrics;
  readonly settings: Pick<Settings, 'metricsHost' | 'metricsPort'>;
  /** Told where they are. */
  readonly say: (line: string) => void;
}): Promise<{ close(): Promise<void> }> {
  if (metricsPort === undefined) return { close: async () => undefined };
  metrics.watchProcess();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(metricsPort, metricsHost, resolve);
  });
  say(`Metrics are at http://localhost:${(server.address() as AddressInfo).port}/metrics`);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
