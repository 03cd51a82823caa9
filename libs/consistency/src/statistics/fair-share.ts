/** Which schools take moves, against their share of pupils (consistency.md 2g; reference case P31). */
import { lowerTail, upperTail } from './binomial';
import { checkCount, checkList } from './invalid-input';
import { sum } from './numbers';
import { clopperPearson, type Interval } from './proportions';

export interface SchoolMoves {
  readonly school: string;
  /** Pupils on roll, or another base agreed on, such as places. */
  readonly roll: number;
  readonly movesIn: number;
  readonly movesOut: number;
}

export interface FairShareRow {
  readonly school: string;
  readonly inPer1000: number;
  readonly outPer1000: number;
  readonly netPer1000: number;
  /** `T q`: what its share of roll would have brought. */
  readonly expectedIn: number;
  /** `in / (T q)` and its Clopper-Pearson interval divided by q; null without a move. */
  readonly ratio: number | null;
  readonly ci: Interval | null;
  /** P(<= in) and P(>= in) of Binomial(T, q). */
  readonly lowerTail: number;
  readonly upperTail: number;
}

export interface FairShare {
  readonly totalIn: number;
  readonly totalOut: number;
  /** `D = ½ Σ |in/T - q|`, the share of moves that would have to go elsewhere; null without a move. */
  readonly dissimilarity: number | null;
  /** In the order given. */
  readonly rows: readonly FairShareRow[];
}

/** Linear in the schools. Refuses no school, a roll below 1, and moves that are not whole numbers from 0. */
export function fairShare(schools: readonly SchoolMoves[]): FairShare {
  checkList('schools', schools);
  schools.forEach(({ roll, movesIn, movesOut }, i) => {
    checkCount(`schools[${i}].roll`, roll, 1);
    checkCount(`schools[${i}].movesIn`, movesIn);
    checkCount(`schools[${i}].movesOut`, movesOut);
  });
  const totalRoll = sum(schools.map(({ roll }) => roll));
  const totalIn = sum(schools.map(({ movesIn }) => movesIn));
  return {
    totalIn,
    totalOut: sum(schools.map(({ movesOut }) => movesOut)),
    dissimilarity:
      totalIn === 0
        ? null
        : sum(schools.map(({ movesIn, roll }) => Math.abs(movesIn / totalIn - roll / totalRoll))) / 2,
    rows: schools.map(({ school, roll, movesIn, movesOut }) => {
      const q = roll / totalRoll;
      const per1000 = (moves: number) => (1000 * moves) / roll;
      const exact = totalIn === 0 ? null : clopperPearson(movesIn, totalIn);
      return {
        school,
        inPer1000: per1000(movesIn),
        outPer1000: per1000(movesOut),
        netPer1000: per1000(movesIn - movesOut),
        expectedIn: totalIn * q,
        ratio: totalIn === 0 ? null : movesIn / (totalIn * q),
        ci: exact && [exact[0] / q, exact[1] / q],
        lowerTail: lowerTail(movesIn, totalIn, q),
        upperTail: upperTail(movesIn, totalIn, q),
      };
    }),
  };
}
