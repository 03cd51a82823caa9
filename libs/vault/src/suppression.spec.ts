import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@app/kernel';
import { memoryKeyStore } from './memory-key-store';
import { SUPPRESSION_LIST, suppressionHmac, SuppressionList } from './suppression';

describe('the suppression list', () => {
  let folder: string;
  const keys = memoryKeyStore();
  const open = () => new SuppressionList(join(folder, SUPPRESSION_LIST), keys);
  const lines = () => readFileSync(join(folder, SUPPRESSION_LIST), 'utf8').trimEnd().split('\n');
  const entry = (on = '2026-11-20', upn = 'A123456789012') => ({
    pupilRef: newId(),
    upn: suppressionHmac(keys, upn),
    on,
  });
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'suppression-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('suppresses what is dated up to the day, in any spelling of the UPN, and nothing else', () => {
    const list = open();
    expect(list.isSuppressed('A123456789012', '2026-01-01')).toBe(false);
    list.add([entry()]);
    expect(list.isSuppressed(' a123456789012', '2026-11-20')).toBe(true);
    expect(list.isSuppressed('A123456789012', '2026-11-21')).toBe(false);
    expect(list.isSuppressed('B123456789012', '2026-11-20')).toBe(false);
    list.add([entry('2026-12-01'), entry('2026-06-01')]);
    expect(list.isSuppressed('A123456789012', '2026-11-30')).toBe(true);
  });

  it('is seen by another process at once, and adds nothing twice', () => {
    const [here, there, one] = [open(), open(), entry()];
    expect(there.entries()).toEqual([]);
    here.add([one]);
    there.add([one, { ...one, on: '2027-01-01' }]);
    expect(there.entries()).toEqual([one]);
    expect(there.has(one.pupilRef)).toBe(true);
    expect(lines()).toHaveLength(1);
    expect(readFileSync(join(folder, SUPPRESSION_LIST), 'utf8')).not.toContain('A123456789012');
  });

  it('merges another copy and keeps its own', () => {
    const [mine, theirs] = [entry(), entry()];
    open().add([mine]);
    const copy = join(folder, 'copy.jsonl');
    writeFileSync(copy, `${JSON.stringify(theirs)}\n${JSON.stringify(mine)}\n`);
    open().merge(copy);
    expect(open().entries()).toEqual([mine, theirs]);
  });

  it('passes over a line that a crash cut off, and refuses one that was damaged', () => {
    const [first, second] = [entry(), entry()];
    const list = open();
    list.add([first]);
    appendFileSync(join(folder, SUPPRESSION_LIST), '{"pupilRef":"8');
    expect(list.entries()).toEqual([first]);
    list.add([second]);
    expect(open().entries()).toEqual([first, second]);
    appendFileSync(join(folder, SUPPRESSION_LIST), '{"pupilRef":8"}\n');
    expect(() => open().entries()).toThrow(/line 4 is not a suppression entry/);
  });
});
