/** The one occasion on which a child's key is made: the command that opens the child's first case. */
import { KeyMissing, KeyRefused, type KeyStore } from './vault';

/**
 * Makes the child's key where there is none and nothing has been recorded of the child; quiet when there is one already.
 * Throws KeyRefused when the key was destroyed (the child was forgotten: use a new pupilRef) and KeyMissing when the
 * pupil's stream has events but the key store has no key (restore it: a new key would open nothing).
 */
export async function keyForFirstCase(keys: KeyStore, pupilRef: string, streamIsEmpty: boolean): Promise<void> {
  if (keys.state(pupilRef) === 'kept') return;
  if (!streamIsEmpty && keys.state(pupilRef) === 'absent') {
    throw new KeyMissing(
      `The key store has no key for child ${pupilRef}, of whom there are records. Restore the keys folder from its backup.`,
    );
  }
  try {
    await keys.create(pupilRef);
  } catch (error) {
    const madeMeanwhile = error instanceof KeyRefused && keys.state(pupilRef) === 'kept';
    if (!madeMeanwhile) throw error;
  }
}
