/**
 * People at work, over the API: each writes to a case of their own, one request after the other. A request is sent again
 * under its key until it is answered for good, so that in the end every event of theirs in the log is one that was acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PARENT_STANCE_CODES } from '@app/kernel';
import { referral } from '../../libs/cases/src/testing/referral';
import type { LogWitness } from './log-witness';

interface PeopleSettings {
  /** Where the application listens now. */
  readonly url: () => string;
  /** The reference of a referrer of school 990001. */
  readonly referrer: string;
  readonly witness: LogWitness;
  violation(what: string): void;
  counted(what: string): void;
  /** Milliseconds from the first sending of a request to its answer. */
  settled?(ms: number): void;
  /** Where a request may go unanswered: the event of one that did and was sent again, and when (of Date.now()) it was lost. */
  lost?(eventId: string, at: number): void;
}

/** What came back for one sending. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Between two requests of one person, so that the machine has something left for the faults. */
const REST_MS = 15;
const AGAIN_MS = 100;
const PATIENCE_MS = 30_000;

export class PeopleAtWork {
  #cookie = '';
  /** One of each, once they have arrived. */
  cases: readonly string[] = [];
  #stopping = false;
  #work: Promise<void>[] = [];
  readonly #onRecorded = new Set<(sentAt: number) => void>();

  constructor(private readonly given: PeopleSettings) {}

  /** Signs in and refers a child for each of them; resolves when their cases can be written to. */
  async arrive(people: number): Promise<void> {
    const { url, referrer } = this.given;
    const answer = await fetch(`${url()}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ person: referrer }),
    });
    if (answer.status !== 200) throw new Error(`Sign-in answered ${answer.status}: ${await answer.text()}`);
    this.#cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    this.cases = await Promise.all(Array.from({ length: people }, () => this.#referred()));
  }

  begin(): void {
    this.#work = this.cases.map((caseId) => this.#writeTo(caseId));
  }

  /**
   * Resolves with the milliseconds from now to the first answer "recorded" to a request sent after now; to nothing when
   * there is none in a minute, or nobody is at work any more.
   */
  firstRecorded(): Promise<number | undefined> {
    const at = performance.now();
    const recorded = new Promise<number>((resolve) => {
      const look = (sentAt: number): void => {
        if (sentAt < at) return;
        this.#onRecorded.delete(look);
        resolve(performance.now() - at);
      };
      this.#onRecorded.add(look);
    });
    return Promise.race([
      recorded,
      Promise.all(this.#work).then(() => undefined),
      pause(60_000, undefined, { ref: false }),
    ]);
  }

  /** Resolves when the last request of each has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#work);
  }

  /** A request of the API by one of them; nothing where the connection was refused or ended. */
  async send(method: 'GET' | 'POST', path: string, said?: object, key = randomUUID()): Promise<Answer | undefined> {
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(`${this.given.url()}${path}`, {
        method,
        headers: {
          cookie: this.#cookie,
          ...(said ? { 'Content-Type': 'application/json', 'Idempotency-Key': key } : {}),
        },
        ...(said ? { body: JSON.stringify(said) } : {}),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await answer.text();
    } catch (error) {
      const { name, message, cause } = error as Error;
      const why = `${message} ${(cause as { code?: string } | undefined)?.code ?? ''}`.trim();
      if (name === 'TimeoutError') this.given.violation(`${method} ${path} was not answered: ${why}`);
      else if (!this.given.lost) this.given.violation(`${method} ${path} lost its connection: ${why}`);
      return undefined;
    }
    let document: Answer['document'] = {};
    try {
      document = JSON.parse(text) as Answer['document'];
    } catch {
      this.given.violation(`${method} ${path} answered ${answer.status} with what is no JSON: ${text.slice(0, 200)}`);
    }
    return { status: answer.status, headers: answer.headers, document };
  }

  /** Until it is recorded; everything else but 503 and "being worked on" is a violation, and ends it. */
  async #record(path: string, said: object): Promise<Answer | undefined> {
    const { violation, counted, settled } = this.given;
    const key = randomUUID();
    const begun = performance.now();
    let lostAt: number | undefined;
    for (;;) {
      const sentAt = performance.now();
      const answer = await this.send('POST', path, said, key);
      if (answer && answer.status < 300) {
        settled?.(performance.now() - begun);
        const [first] = answer.document['events'] as readonly { id: string }[];
        if (lostAt !== undefined && first) this.given.lost?.(first.id, lostAt);
        this.#onRecorded.forEach((look) => look(sentAt));
        return answer;
      }
      const unavailable = answer?.status === 503;
      if (unavailable && !/^[1-9]\d*$/.test(answer.headers.get('retry-after') ?? ''))
        violation(`POST ${path} answered 503 without Retry-After`);
      if (answer && !unavailable && answer.document['code'] !== 'request-in-flight') {
        violation(`POST ${path} answered ${answer.status} ${JSON.stringify(answer.document)}; 503 was expected`);
        return undefined;
      }
      if (answer === undefined || answer.document['code'] === 'outcome-unknown') lostAt = Date.now();
      counted(answer === undefined ? 'requests lost and sent again' : `answers ${answer.status}`);
      await pause(AGAIN_MS);
    }
  }

  async #referred(): Promise<string> {
    const answer = await this.#record('/api/cases', referral());
    if (!answer) throw new Error('A child could not be referred.');
    const { caseId } = answer.document as { caseId: string };
    for (;;) {
      const shown = await this.send('GET', `/api/cases/${caseId}`);
      if (shown?.status === 200) return caseId;
      await pause(AGAIN_MS);
    }
  }

  async #writeTo(caseId: string): Promise<void> {
    for (let n = 0; !this.#stopping; n++) {
      const said = {
        stance: PARENT_STANCE_CODES[n % PARENT_STANCE_CODES.length],
        method: 'phone',
        capturedOn: '2026-09-01',
      };
      const answer = await this.#record(`/api/cases/${caseId}/parent-view`, said);
      if (!answer) return;
      if (answer.document['recorded'] !== true)
        this.given.violation(`A view of case ${caseId} was answered as ${JSON.stringify(answer.document)}`);
      else this.#acknowledge(answer, `case-${caseId}`);
      await pause(REST_MS);
    }
  }

  #acknowledge({ document }: Answer, stream: string): void {
    const events = document['events'] as readonly { id: string; revision: number }[];
    this.given.witness.proposed(
      stream,
      events.map(({ id }) => id),
    );
    this.given.witness.acknowledged(events[0]!.id, events[0]!.revision);
    this.given.counted('acknowledged requests');
  }
}
