import fc from 'fast-check';
import { isUpn, normalisedUpn, upnCheckLetter } from './school-identifiers';

describe('UPN (domain.md B.6)', () => {
  it.each(['B801200005001', 'J330400012001', 'E330425012345', 'V33040001200A', 'W80126012345A'])('%s is one', (upn) =>
    expect(isUpn(upn)).toBe(true),
  );
  it.each(['A801200005001', 'B80120000500', 'B8012000050011', 'b801200005001', 'B801200005O01', '', 'W80126012345I'])(
    '%s is none',
    (upn) => expect(isUpn(upn)).toBe(false),
  );
  it('reads spaces and small letters as a person types them', () => {
    expect(isUpn(normalisedUpn(' b801 2000 05001 '))).toBe(true);
  });
  it('has exactly one right letter for any twelve digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{12}$/), (rest) => {
        const right = [...'ABCDEFGHJKLMNPQRTUVWXYZ'].filter((letter) => isUpn(letter + rest));
        expect(right).toEqual([upnCheckLetter(rest)]);
      }),
    );
  });
});
