/**
 * Every read model of the application, rebuilt from the full log of the sample while others write, killed half way and
 * run again: equal to the live ones, and the log's digest is what was kept while it grew (event-format.md 6).
 */
import { PlatformModule } from '../apps/composition/src/platform.module';
import { AcceptCase, type CaseCommandOf, RecordParentView, RecordPupilView, ReferCase } from '@app/cases';
import { type CommandEnvelope, readHeads, verifyLog } from '@app/event-store';
import { newId } from '@app/kernel';
import { hashOf } from '@app/projections';
import { keyForFirstCase } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openCity, sampleFile, type TestCity } from './support/sample-city';
import { newUpn } from './support/web';

jest.setTimeout(600_000);

const WRITERS = 8;

interface Progress {
  readonly done: number;
  readonly total: number;
}

describe('a rebuild of every read model of the application', () => {
  let city: TestCity;
  let app: INestApplicationContext;
  let bus: CommandBus;
  beforeAll(async () => {
    city = await openCity();
    await city.importFile(sampleFile);
    await city.platform.runner.catchUp();
    app = await NestFactory.createApplicationContext(PlatformModule.of(city.platform), { logger: false });
    bus = app.get(CommandBus);
  });
  afterAll(async () => {
    await app?.close();
    await city?.close();
  });

  /** A child is referred and heard, by live commands. Answers how many events that were. */
  async function aReferral(panelId: string): Promise<number> {
    const { platform } = city;
    const { pupilRef } = await platform.pupils.reserve(newUpn());
    await keyForFirstCase(platform.keys, pupilRef, true);
    const caseId = newId();
    const envelope = (): CommandEnvelope => ({
      commandId: newId(),
      correlationId: caseId,
      causationId: caseId,
      tenant: platform.tenant,
      actor: { ref: caseId, role: 'clerk' },
      occurredOn: platform.clock.today(),
      provenance: 'live',
    });
    const send = async (command: Command<{ kind: string }>) =>
      expect((await bus.execute(command)).kind).toBe('recorded');
    const referral: CaseCommandOf<'ReferCase'> = {
      type: 'ReferCase',
      pupilRef,
      caseType: 'ManagedMove',
      homeUrn: '990001',
      requested: 'managedMoveSupported',
      referrerRole: 'senco',
      headSignOff: true,
      facts: {
        ncYear: 9,
        mainReason: 'DB',
        senProvision: 'N',
        careStatus: 'notLookedAfter',
        freeSchoolMeals: false,
        ethnicity: 'WBRI',
        sex: 'F',
        supportCycles: 2,
        daysSuspended: 1.5,
        previousMoves: 0,
      },
      words: { strengths: 'Sings in the choir' },
    };
    const capturedOn = platform.clock.today();
    await send(new ReferCase(caseId, referral, envelope()));
    const parent = { type: 'RecordParentView', view: { stance: 'unsure', capturedOn } } as const;
    await send(new RecordParentView(caseId, parent, envelope()));
    const pupil = {
      type: 'RecordPupilView',
      view: { stance: 'unsure', capturedOn },
      words: { view: 'I like art' },
    } as const;
    await send(new RecordPupilView(caseId, pupil, envelope()));
    await send(new AcceptCase(caseId, { type: 'AcceptCase', panelId }, envelope()));
    return 5;
  }

  it('while eight writers append, killed half way and run again, ends equal to the live ones', async () => {
    const { platform, url } = city;
    const names = platform.projections.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const imported = await verifyLog(platform.store, []);
    await platform.runner.start();

    const { panelId } = await platform.directory.reservePanel('Central');
    let writing = true;
    let written = 0;
    const writers = Array.from({ length: WRITERS }, async () => {
      while (writing) {
        const events = await aReferral(panelId);
        written += events;
      }
    });

    const env = { DATABASE_URL: url, EVENHAND_DATA: platform.stores.dataFolder };
    const worker = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--require',
        join(__dirname, 'support/register.cjs'),
        join(__dirname, 'support/rebuild-worker.ts'),
        JSON.stringify(env),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let half: Progress | undefined;
    for await (const line of createInterface({ input: worker.stdout })) {
      const told = JSON.parse(line) as { progress?: Progress };
      if (!told.progress) throw new Error(`The rebuild was not to end: ${line}`);
      if (told.progress.done > told.progress.total / 4) {
        half = told.progress;
        break;
      }
    }
    const ended = once(worker, 'exit');
    worker.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(half!.done).toBeLessThan(half!.total);

    const steps: Progress[] = [];
    const before = written;
    const reports = await platform.runner.rebuild({
      batch: 1_000,
      // Longer than a busy machine may keep this process from its transaction: Postgres would cut it off.
      leaseMs: 20_000,
      onProgress: (progress) => steps.push(progress),
    });
    const meanwhile = written - before;
    writing = false;
    await Promise.all(writers);
    expect(meanwhile).toBeGreaterThan(0);
    expect(steps[0]!.done).toBeGreaterThanOrEqual(half!.done);
    expect(reports.map(({ projection, comparison }) => [projection, comparison])).toEqual(
      names.map((name) => [name, 'equal']),
    );

    // The live runner goes on from the new tables; a second rebuild, with nobody writing, gives them again.
    await platform.runner.catchUp();
    const hashes = async () =>
      Promise.all(platform.projections.map((projection) => hashOf(platform.database.projector, projection)));
    const live = await hashes();
    const again = await platform.runner.rebuild({ batch: 5_000 });
    expect(again.map(({ comparison }) => comparison)).toEqual(names.map(() => 'equal'));
    expect(await hashes()).toEqual(live);

    const whole = await verifyLog(platform.store, []);
    expect(whole).toMatchObject({ intact: true, events: (imported as { events: number }).events + written });
    const heads = await readHeads(platform.database.projector);
    expect(heads.at(-1)).toMatchObject(whole.intact ? { events: whole.events, digest: whole.digest } : {});
    expect(await verifyLog(platform.store, heads)).toEqual(whole);
  });
});
