import { FileRefused, MAX_FILE_BYTES, readSheet } from './sheet';
import { returnedFile } from './returned-file';

const codeOf = (bytes: Uint8Array) => {
  try {
    readSheet(bytes);
    return 'read';
  } catch (error) {
    return (error as FileRefused).code;
  }
};

describe('a sheet', () => {
  it.each([
    ['UTF-8', Buffer.from('A,B\r\nNúñez,2\r\n'), 'utf-8'],
    ['UTF-8 with BOM', Buffer.from('\ufeffA,B\r\nNúñez,2\r\n'), 'utf-8-bom'],
    ['Windows-1252', Buffer.from('A,B\r\nN\xfa\xf1ez,2\r\n', 'latin1'), 'windows-1252'],
  ])('is read as %s', (_, bytes, encoding) => {
    expect(readSheet(bytes)).toEqual({ encoding, header: ['A', 'B'], rows: [{ number: 2, cells: ['Núñez', '2'] }] });
  });
  it('skips blank rows wherever they stand, and keeps the numbers of rows', () => {
    expect(readSheet(Buffer.from('\r\nA,B\r\n,\r\n1,"x\r\ny"\r\n , \r\n')).rows).toEqual([
      { number: 4, cells: ['1', 'x\r\ny'] },
    ]);
  });
  it('refuses what is no CSV file, with a code and a remedy', () => {
    expect(codeOf(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]))).toBe('unreadable');
    expect(codeOf(Buffer.from('\ufeffA,B', 'utf16le'))).toBe('unreadable');
    expect(codeOf(Buffer.from('A,B\n"1,2\n'))).toBe('unreadable');
    expect(codeOf(Buffer.from('\r\n\r\n'))).toBe('no-header');
    expect(codeOf(Buffer.alloc(0))).toBe('no-header');
    expect(codeOf(new Uint8Array(MAX_FILE_BYTES + 1))).toBe('too-large');
  });
});

describe('the file that goes back', () => {
  const sheet = readSheet(Buffer.from('Case ref,Rationale,Errors\r\nX1,=1+1 \x96 no,old\r\n', 'latin1'));
  const back = returnedFile(sheet, [
    {
      row: sheet.rows[0]!,
      errors: [
        { column: 'Panel', value: '', remedy: 'fill it in' },
        { column: 'UPN', value: 'x', remedy: 'copy it' },
      ],
    },
  ]);
  it('is in the encoding of the sender, with formulas made harmless and our two columns once', () => {
    expect(back.toString('latin1')).toBe(
      'Case ref,Rationale,Validation results,Errors\r\n' +
        'X1,\'=1+1 \x96 no,2 errors found,"Panel is blank: fill it in;\nUPN is ""x"": copy it"\r\n',
    );
  });
});
