/**
 * The table of requests (event-format.md 6): a keyed hash of its key (which a client may have made of what it knows of a
 * child), who sent it, a keyed hash of what it said, the random id of its command and how it ended. It is reserved before anything is decided and never holds a body. A request that a crash cut
 * off is taken up again under its command id, and the stream answers what was recorded.
 */
import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';
import { newId } from '@app/kernel';
import { sorted } from './plain';
import { Problem } from './problem';

/** What was answered: a status, and a document of opaque ids, revisions and refusals. */
export interface Answer {
  readonly status: number;
  readonly document: object;
  readonly stream?: string;
  readonly firstRevision?: number;
  readonly lastRevision?: number;
}

export interface Reserved {
  readonly commandId: string;
  /** The answer given before; then nothing is to be done. */
  readonly answer?: Answer;
  /** Reserved before and not answered: it may have been recorded. */
  readonly again?: true;
}

/**
 * How long a request stays with a process that gives no sign of life, before another may finish it. Who is still at work
 * says so every second: an append that is settled late (deadline, read-back, the same again) takes longer than this, and a
 * second look at other streams meanwhile could refuse what the first then records.
 */
const HELD_SECONDS = 5;
const SIGN_OF_LIFE_MS = 1_000;

const inFlight = (): Problem =>
  new Problem(409, 'request-in-flight', 'Being worked on', 'The same request is being worked on. Ask again shortly.', {
    headers: { 'Retry-After': '1' },
  });

const otherBody = (): Problem =>
  new Problem(
    422,
    'idempotency-key-reused',
    'This key belongs to another request',
    'The Idempotency-Key was sent before with another request. Send a new key with a new request.',
    { errors: [{ field: 'Idempotency-Key', remedy: 'Make a new key, such as a random UUID, for each request.' }] },
  );

interface Row {
  command_id: string;
  same: boolean;
  state: 'reserved' | 'answered';
  status: number | null;
  answer: object | null;
  stream: string | null;
  first_revision: number | null;
  last_revision: number | null;
}

export class Requests {
  /** Reservations of this process that an outage kept it from giving back: it works on none of them any more. */
  private readonly cutOff = new Set<string>();
  private readonly atWork = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly pool: Pool,
    private readonly hashKey: Buffer,
  ) {}

  /** Throws Problem 409 (in flight) and 422 (the key was used for something else). */
  async reserve(actor: string, key: string, said: object): Promise<Reserved> {
    const hash = this.hashOf(said);
    const commandId = newId();
    const made = await this.pool.query(
      `INSERT INTO app.requests (actor, key, body_hash, command_id, state, held_until)
       VALUES ($1, $2, $3, $4, 'reserved', now() + make_interval(secs => ${HELD_SECONDS}))
       ON CONFLICT (actor, key) DO NOTHING`,
      [actor, this.keyOf(key), hash, commandId],
    );
    if (made.rowCount === 1) {
      this.begin(actor, key);
      return { commandId };
    }

    const row = await this.find(actor, key, hash);
    if (!row) throw inFlight();
    if (!row.same) throw otherBody();
    if (row.state === 'answered') return { commandId: row.command_id, answer: answerIn(row) };
    const own = `${actor} ${key}`;
    const taken = await this.pool.query(
      `UPDATE app.requests SET held_until = now() + make_interval(secs => ${HELD_SECONDS})
       WHERE actor = $1 AND key = $2 AND state = 'reserved' AND (held_until <= now() OR $3)`,
      [actor, this.keyOf(key), this.cutOff.has(own)],
    );
    if (taken.rowCount !== 1) throw inFlight();
    this.cutOff.delete(own);
    this.begin(actor, key);
    return { commandId: row.command_id, again: true };
  }

  /** The answer that was given to the same request before; nothing when there is none yet. */
  async answerTo(actor: string, key: string, said: object): Promise<Answer | undefined> {
    const row = await this.find(actor, key, this.hashOf(said));
    return row?.same && row.state === 'answered' ? answerIn(row) : undefined;
  }

  async answered(actor: string, key: string, answer: Answer): Promise<void> {
    this.end(actor, key);
    await this.pool.query(
      `UPDATE app.requests SET state = 'answered', answered_at = now(), status = $3, answer = $4, stream = $5,
         first_revision = $6, last_revision = $7
       WHERE actor = $1 AND key = $2 AND state = 'reserved'`,
      [
        actor,
        this.keyOf(key),
        answer.status,
        JSON.stringify(answer.document),
        answer.stream ?? null,
        answer.firstRevision ?? null,
        answer.lastRevision ?? null,
      ],
    );
  }

  /** Nothing was decided: the key is free again for what should have been sent. */
  async forget(actor: string, key: string): Promise<void> {
    this.end(actor, key);
    await this.pool.query(`DELETE FROM app.requests WHERE actor = $1 AND key = $2 AND state = 'reserved'`, [
      actor,
      this.keyOf(key),
    ]);
  }

  /** How it ended is not known: the next to ask goes on under the same command id. Never throws. */
  async release(actor: string, key: string): Promise<void> {
    this.end(actor, key);
    try {
      await this.pool.query(
        `UPDATE app.requests SET held_until = now() WHERE actor = $1 AND key = $2 AND state = 'reserved'`,
        [actor, this.keyOf(key)],
      );
    } catch {
      const own = `${actor} ${key}`;
      this.cutOff.add(own);
      setTimeout(() => this.cutOff.delete(own), HELD_SECONDS * 1000).unref();
    }
  }

  /** Signs of life until it is answered, forgotten or released. While the database is away there are none. */
  private begin(actor: string, key: string): void {
    const hold = (): void =>
      void this.pool
        .query(
          `UPDATE app.requests SET held_until = now() + make_interval(secs => ${HELD_SECONDS})
           WHERE actor = $1 AND key = $2 AND state = 'reserved'`,
          [actor, this.keyOf(key)],
        )
        .catch(() => undefined);
    this.atWork.set(`${actor} ${key}`, setInterval(hold, SIGN_OF_LIFE_MS).unref());
  }

  private end(actor: string, key: string): void {
    clearInterval(this.atWork.get(`${actor} ${key}`));
    this.atWork.delete(`${actor} ${key}`);
  }

  private keyOf(key: string): string {
    return createHmac('sha256', this.hashKey).update(`key|${key}`).digest('base64url');
  }

  private hashOf(said: object): Buffer {
    return createHmac('sha256', this.hashKey)
      .update(JSON.stringify(sorted(said)))
      .digest();
  }

  private async find(actor: string, key: string, hash: Buffer): Promise<Row | undefined> {
    const { rows } = await this.pool.query<Row>(
      `SELECT command_id, body_hash = $3 AS same, state, status, answer, stream, first_revision, last_revision
       FROM app.requests WHERE actor = $1 AND key = $2`,
      [actor, this.keyOf(key), hash],
    );
    return rows[0];
  }
}

const answerIn = (row: Row): Answer => ({
  status: row.status ?? 200,
  document: row.answer ?? {},
  ...(row.stream === null ? {} : { stream: row.stream }),
  ...(row.first_revision === null ? {} : { firstRevision: row.first_revision }),
  ...(row.last_revision === null ? {} : { lastRevision: row.last_revision }),
});
