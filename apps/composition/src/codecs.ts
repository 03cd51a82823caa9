import { caseCodec, pupilCodec } from '@app/cases';
import { decisionCodec } from '@app/decisions';
import { exclusionCodec } from '@app/exclusions';
import type { Codec } from '@app/kernel';
import { moveCodec } from '@app/managed-moves';
import { meetingCodec, panelCodec } from '@app/panels';

/** Every stream type that Evenhand writes. */
export const codecs: readonly Codec[] = [
  pupilCodec,
  caseCodec,
  panelCodec,
  meetingCodec,
  decisionCodec,
  moveCodec,
  exclusionCodec,
] as readonly Codec[];
