/** Checks of the numbers that schools use (domain.md B.6, B.7). */

const CHECK_LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ';
const UPN = /^[A-Z]\d{11}[\dA-Z]$/;

/** Upper case, without spaces. */
export const normalisedUpn = (upn: string): string => upn.replace(/\s/g, '').toUpperCase();

/** The check letter that twelve following characters ask for, or nothing when they are not those of a UPN. */
export function upnCheckLetter(rest: string): string | undefined {
  let sum = 0;
  for (let i = 0; i < rest.length; i++) {
    const character = rest[i] as string;
    const value = /\d/.test(character) ? Number(character) : CHECK_LETTERS.indexOf(character);
    if (value < 0) return undefined;
    sum += value * (i + 2);
  }
  return CHECK_LETTERS[sum % CHECK_LETTERS.length];
}

/** True for a permanent or temporary UPN whose check letter is right. */
export const isUpn = (upn: string): boolean => UPN.test(upn) && upnCheckLetter(upn.slice(1)) === upn[0];

export const isUrn = (urn: string): boolean => /^\d{6}$/.test(urn);
