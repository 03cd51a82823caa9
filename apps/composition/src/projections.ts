/** Every read model of the application. */
import { awaitedReferrals, caseList, caseTimeline } from '@app/cases';
import { panelMonths } from '@app/consistency';
import { decisions } from '@app/decisions';
import { logDigest } from '@app/event-store';
import { meetings, panelTerms } from '@app/panels';
import type { Projection } from '@app/projections';
import { codecs } from './codecs';

export const projections: readonly Projection[] = [
  caseList,
  caseTimeline,
  awaitedReferrals,
  meetings,
  panelTerms,
  decisions,
  panelMonths,
  // The daily heads of the log, for whoever verifies it: of every event.
  logDigest(codecs.flatMap(({ types }) => Object.keys(types))) as Projection,
];
