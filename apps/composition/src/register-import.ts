import { ImportRows, RegisterImport, ReturnedFiles } from '@app/register';
import { join } from 'node:path';
import type { Platform } from './platform';

/** The import of registers on a platform, and what forgetting a child clears of it. */
export const registerImport = ({ tenant, clock, journal, directory, keys, pupils, suppression, ...rest }: Platform) =>
  new RegisterImport({
    tenant,
    clock,
    journal,
    directory,
    keys,
    pupils,
    suppression,
    rows: importRowsOn({ ...rest, keys }),
    returned: returnedFiles(rest.stores.dataFolder),
  });

export const importRowsOn = ({ database, keys }: Pick<Platform, 'database' | 'keys'>): ImportRows =>
  new ImportRows(database.application, keys);

export const returnedFiles = (dataFolder: string): ReturnedFiles => new ReturnedFiles(join(dataFolder, 'returned'));
