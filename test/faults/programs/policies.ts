/** What the worker does by itself, once, and an import of a register: each when told, up to the point where it is to die. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { operator } from '../../../apps/composition/src/operator';
import { openPlatform } from '../../../apps/composition/src/platform';
import { registerImport } from '../../../apps/composition/src/register-import';
import { onTold, say, settings } from '../processes';
import { tickOnce } from '../policies';

export interface PoliciesSettings {
  /** The crash point, planted as `crash('…')` in the source. */
  readonly crashAt: string;
}

export interface PoliciesTold {
  /** A register to bring in; the policies unless told. */
  readonly register?: string;
}

async function main(): Promise<void> {
  const { crashAt } = settings<PoliciesSettings>();
  Object.assign(globalThis, {
    crash: (point: string): void => {
      if (point === crashAt) process.kill(process.pid, 'SIGKILL');
    },
  });
  const platform = await openPlatform();
  onTold<PoliciesTold>(({ register }) => {
    const work = register
      ? registerImport(platform).run({
          bytes: readFileSync(register),
          fileName: 'register.csv',
          register: 'main',
          actor: operator(platform.tenant),
        })
      : tickOnce(platform);
    void work.then(() => process.exit(0));
  });
  say({ ready: true });
}

void main();
