/** The step of forgetting that the log keeps: `PupilForgotten`, before the child's key is destroyed (event-format.md 8). */
import { type CommandEnvelope, execute, type Journal } from '@app/event-store';
import type { Clock } from '@app/kernel';
import { pupilCodec, pupilStream } from '../domain/events';
import { pupilDecider } from '../domain/pupil';
import { occasionOf } from './case-desk';

/** Quiet for a child of whom nothing is recorded, and the second time. */
export async function forgetPupil(
  journal: Journal,
  clock: Clock,
  pupilRef: string,
  because: 'retentionEnded' | 'erasureUpheld' | 'enteredInError',
  envelope: CommandEnvelope,
): Promise<void> {
  await execute(journal, {
    codec: pupilCodec,
    decider: pupilDecider,
    stream: pupilStream(pupilRef),
    command: { type: 'ForgetPupil', because },
    context: occasionOf(envelope, clock),
    envelope,
  });
}
