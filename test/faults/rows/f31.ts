import { startEmbeddedPostgres } from '@app/embedded-postgres';
import { Client } from 'pg';
import { openPlatform } from '../../../apps/composition/src/platform';
import { verifyOn } from '../../../apps/composition/src/safekeeping';
import { importSample } from '../../support/sample-city';
import { mend, rememberLog, tamper, TAMPERINGS } from '../../support/tampering';
import type { Row } from '../row';

const HOWS = Object.keys(TAMPERINGS);

export const row: Row = {
  id: 'F31',
  title:
    'somebody with all rights edits, reorders, adds or removes events, and makes the heads in the database fit: verify sees ' +
    'each of it, and nothing where nothing was changed',
  unit: 'edits',
  goal: 1_000,
  bounded: HOWS.length,
  round: 100,
  plantedBugs: [
    {
      id: 'digest-leaves-out-metadata',
      file: 'libs/event-store/src/digest.ts',
      find: 'const text = canonicalJson({ stream, revision, id, type, data, metadata });',
      replace: 'const text = canonicalJson({ stream, revision, id, type, data });',
    },
    {
      id: 'verify-trusts-the-database',
      file: 'libs/safekeeping/src/verify.ts',
      find: 'verifyLog(store, [...inDatabase, ...outside.heads],',
      replace: 'verifyLog(store, inDatabase,',
    },
  ],

  async run({ count, random, folder, signal, done, violation, counted }) {
    const postgres = await startEmbeddedPostgres({ dataFolder: folder });
    const platform = await openPlatform({ EVENHAND_DATA: folder });
    const admin = new Client({ connectionString: postgres.url });
    try {
      await importSample(platform, 0, 12);
      await admin.connect();
      await rememberLog(admin);
      await admin.query('CREATE TABLE public.heads AS TABLE read.log_digest');
      const honest = await verifyOn(platform);
      if (!honest.intact) violation(`a log that nobody touched: ${honest.findings[0]?.what}`);
      for (let at = 0; at < count && !signal.aborted; at += 1) {
        const how = HOWS[at % HOWS.length]!;
        const position = 2 + random.below(honest.events - 2);
        await tamper(admin, how, position);
        await admin.query('TRUNCATE read.log_digest');
        const report = await verifyOn(platform, { quick: true });
        const seen = report.findings.some(({ where, what }) => where === 'log' && /outside the database/.test(what));
        if (!seen) violation(`${how}, at event ${position} of ${honest.events}, was not seen by its digest`);
        counted(how);
        await mend(admin);
        await admin.query('INSERT INTO read.log_digest TABLE public.heads');
        done();
      }
      const after = await verifyOn(platform);
      if (!after.intact) violation(`the log as it was: ${after.findings[0]?.what}`);
    } finally {
      await admin.end();
      await platform.close();
      await postgres.stop();
    }
  },
};
