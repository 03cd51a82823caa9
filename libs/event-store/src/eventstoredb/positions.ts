/** Positions of EventStoreDB as the opaque strings of the port. */
import type { Position } from '../event-store';

/** Where a record lies in the transaction file, in bytes. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const SHAPE = /^(\d{1,19}):(\d{1,19})$/;

export const toPosition = (at: LogPosition): Position => `${BigInt(at.commit)}:${BigInt(at.prepare)}`;

/** Throws when the text never came from this kind of store. */
export function fromPosition(position: Position): LogPosition {
  const parts = SHAPE.exec(position);
  if (!parts)
    throw new Error(`"${position}" is no position of an EventStoreDB log: start from the beginning or a saved one.`);
  return { commit: BigInt(parts[1] ?? ''), prepare: BigInt(parts[2] ?? '') };
}

/** Negative, zero or positive. */
export function compareLogPositions(a: LogPosition, b: LogPosition): number {
  const difference = a.commit - b.commit || a.prepare - b.prepare;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
