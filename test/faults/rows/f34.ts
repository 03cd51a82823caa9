import 'reflect-metadata';
import { type CaseCommandOf, RecordParentView, RecordPupilView, ReferCase } from '@app/cases';
import {
  type CommandEnvelope,
  EMPTY_DIGEST,
  EventStoreDbStore,
  foldDigest,
  Journal,
  type StoredRecord,
  verifyLog,
} from '@app/event-store';
import { newId, ruleSetOn } from '@app/kernel';
import { hashOf } from '@app/projections';
import { createSealer, keyForFirstCase } from '@app/vault';
import { NestFactory } from '@nestjs/core';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { stringify } from 'csv-stringify/sync';
import { codecs } from '../../../apps/composition/src/codecs';
import { operator } from '../../../apps/composition/src/operator';
import type { Platform } from '../../../apps/composition/src/platform';
import { PlatformModule } from '../../../apps/composition/src/platform.module';
import { registerImport } from '../../../apps/composition/src/register-import';
import { EventStoreDbDouble } from '../../../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { newUpn } from '../../../libs/cases/src/testing/referral';
import { CLOCK, openCity, sampleRows } from '../../support/sample-city';
import { logOf } from '../log-witness';
import type { Random, Round, Row } from '../row';
import { TwinStore } from '../twin-store';

/** Events that a row of the register becomes, in the mean. */
const EVENTS_A_ROW = 8.4;
/** The rest is written by live commands. */
const FROM_THE_REGISTER = 0.8;

/** Rows of the sample's register, as many, in another order. */
function register(rows: number, random: Random): Buffer {
  const drawn = [...sampleRows].sort(() => random.next() - 0.5).slice(0, rows);
  return Buffer.from(stringify(drawn as Record<string, string>[], { header: true }));
}

/** Children who are referred and heard, several at once: two of them meet at one case, and commands are sent twice. */
async function liveCommands(platform: Platform, events: number, { random }: Round): Promise<void> {
  const app = await NestFactory.createApplicationContext(PlatformModule.of(platform), { logger: false });
  const bus = app.get(CommandBus);
  const capturedOn = platform.clock.today();
  const envelope = (caseId: string): CommandEnvelope => ({
    commandId: newId(),
    correlationId: caseId,
    causationId: caseId,
    tenant: platform.tenant,
    actor: { ref: caseId, role: 'clerk' },
    occurredOn: capturedOn,
    provenance: 'live',
  });
  const send = (command: Command<{ kind: string }>): Promise<{ kind: string }> => bus.execute(command);
  const child = async (): Promise<void> => {
    const { pupilRef } = await platform.pupils.reserve(newUpn());
    await keyForFirstCase(platform.keys, pupilRef, true);
    const caseId = newId();
    const referral: CaseCommandOf<'ReferCase'> = {
      type: 'ReferCase',
      pupilRef,
      caseType: 'ManagedMove',
      homeUrn: '990001',
      requested: 'managedMoveSupported',
      referrerRole: 'senco',
      headSignOff: true,
      facts: {
        ncYear: 7 + random.below(5),
        mainReason: 'DB',
        senProvision: 'N',
        careStatus: 'notLookedAfter',
        freeSchoolMeals: random.below(2) === 0,
        ethnicity: 'WBRI',
        sex: 'F',
        supportCycles: random.below(4),
        daysSuspended: random.below(40) / 2,
        previousMoves: 0,
      },
      words: { strengths: 'Sings in the choir' },
    };
    const first = new ReferCase(caseId, referral, envelope(caseId));
    const { kind } = await send(first);
    if (kind !== 'recorded') throw new Error(`A child was not referred: ${kind}.`);
    const parent = { type: 'RecordParentView', view: { stance: 'unsure', capturedOn } } as const;
    const pupil = { type: 'RecordPupilView', view: { stance: 'unsure', capturedOn }, words: { view: 'Art' } } as const;
    const view = new RecordParentView(caseId, parent, envelope(caseId));
    await Promise.all([
      send(view),
      send(new RecordPupilView(caseId, pupil, envelope(caseId))),
      ...(random.below(3) === 0 ? [send(view), send(first)] : []),
    ]);
  };
  try {
    for (let written = 0; written < events; written += 8) await Promise.all([child(), child()]);
  } finally {
    await app.close();
  }
}

/** What both must answer alike without writing: appends of before, appends that come too late, and appends that come too early. */
async function oldAppends(twin: TwinStore, log: readonly StoredRecord[], { random }: Round): Promise<void> {
  for (let n = 0; n < 40; n++) {
    const { stream, revision, id, type, data, metadata } = random.pick(log);
    const again = { id, type, data, metadata };
    const expected = revision === 0 ? 'no_stream' : revision - 1;
    const how = random.below(4);
    if (how === 0) await twin.append(stream, expected, [again]);
    else if (how === 1) await twin.append(stream, expected, [{ ...again, id: newId() }]);
    else if (how === 2) await twin.append(stream, revision + 1_000, [{ ...again, id: newId() }]);
    else await twin.append(stream, expected, [again, { ...again, id: newId() }]);
  }
}

const ofBytes = (bytes: Uint8Array): StoredRecord['data'] =>
  JSON.parse(Buffer.from(bytes).toString()) as StoredRecord['data'];

/** The digest of the other log as its server holds it, without the adapter. */
const digestOf = (double: EventStoreDbDouble): string =>
  double.log.records
    .filter(({ stream }) => !stream.startsWith('$') && stream !== 'log-identity')
    .reduce(
      (before, { stream, revision, id, type, data, metadata, position }) =>
        foldDigest(before, {
          stream,
          revision: Number(revision),
          position: String(position),
          id,
          type,
          data: ofBytes(data),
          metadata: ofBytes(metadata),
        }),
      EMPTY_DIGEST,
    );

export const row: Row = {
  id: 'F34',
  title:
    'the same commands on the Postgres log and on EventStoreDB, whose server meanwhile fails now and then: each append and each ' +
    'reading is answered alike, the digests are equal, also of the bytes that the server holds, and so is every read model (I6)',
  unit: 'events',
  goal: 20_000,
  bounded: 250,
  plantedBugs: [
    {
      id: 'conflict-tells-the-revision-that-was-expected',
      file: 'libs/event-store/src/eventstoredb/event-store-db-store.ts',
      find: `const actual = typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : 'no_stream';`,
      replace: `const actual = typeof error.expectedVersion === 'bigint' ? Number(error.expectedVersion) : 'no_stream';`,
    },
    {
      id: 'stream-read-from-after-the-revision',
      file: 'libs/event-store/src/postgres/postgres-event-store.ts',
      find: 'where stream = $1 and revision >= $2 order by revision limit $3',
      replace: 'where stream = $1 and revision > $2 order by revision limit $3',
    },
  ],

  async run(round) {
    const { count, seed, random, done, violation, counted } = round;
    const double = await EventStoreDbDouble.start();
    const other = EventStoreDbStore.connect(double.url, { retryMs: 5 });
    const city = await openCity();
    let copy: Awaited<ReturnType<typeof openCity>> | undefined;
    try {
      const { platform } = city;
      const { keys, words } = platform;
      const store = new TwinStore(platform.store, other, violation);
      const journal = new Journal({ store, codecs, sealer: createSealer(keys), words, clock: CLOCK, ruleSetOn });
      const both: Platform = { ...platform, store, journal };
      double.background(seed);

      const rows = Math.max(1, Math.round((count * FROM_THE_REGISTER) / EVENTS_A_ROW));
      await registerImport(both).run({
        bytes: register(Math.min(rows, sampleRows.length), random),
        fileName: 'register.csv',
        register: 'main',
        actor: operator(platform.tenant),
      });
      await liveCommands(both, count * (1 - FROM_THE_REGISTER), round);
      const log = await logOf(platform.store);
      await oldAppends(store, log, round);
      counted('appends that the server saw', double.appends.length);

      const digest = await verifyLog(platform.store, []);
      const digests = [digest.digest, (await verifyLog(other, [])).digest, digestOf(double)];
      if (new Set(digests).size > 1) violation(`the digests of ${digest.events} events differ: ${digests.join(', ')}`);

      copy = await openCity({ eventStoreUrl: double.url, dataFolder: platform.stores.dataFolder });
      await Promise.all([platform.runner.catchUp(), copy.platform.runner.catchUp()]);
      for (const projection of platform.projections) {
        const [here, there] = await Promise.all(
          [platform, copy.platform].map(({ database }) => hashOf(database.projector, projection)),
        );
        if (here !== there) violation(`the read model ${projection.name} differs`);
        counted('read models compared');
      }
      done(log.length);
    } finally {
      await other.close();
      await copy?.close();
      await city.close();
      double.stop();
    }
  },
};
