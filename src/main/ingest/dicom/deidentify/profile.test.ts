import { expect, test } from 'vitest';
import { isIdentifying } from '../identifying-tags';
import { isGraphicsTag, isPrivateTag, profileAction } from './profile';

/**
 * Rows of Table E.1-1 from an independent transcription of the standard: two stretches of
 * `confidentiality_profile_attributes.json` of innolitics/dicom-standard (acquisition to device, requested to structure
 * set), copied by hand. The table itself was made from the lists of 2026c in dicom-anonymizer 2.1.0.
 */
const rows = `
00080050 Z 00184000 X 00400555 X/Z 00080022 X/Z 0008002a X/Z/D 00181400 X/D 001811bb D 00189424 X 00080032 X/Z
00404035 X 001021b0 X 0040a353 X 00380010 X 00380020 X 00081084 X 00081080 X 00001000 X 00102110 X 40000010 X
0040a078 X 22000005 X/Z 300a00c3 X 300a00dd X 00101081 X 0016004d X 00181007 X 00120060 Z 00120082 X 00120081 D
00120020 D 00120021 Z 00120072 X 00120071 X 00120030 Z 00120031 Z 00120010 D 00120040 D 00120042 D 00120051 X
00120050 Z 00400310 X 00400280 X 300a02eb X 00209161 U 3010000f Z 30100017 Z 30100006 U 00403001 X 30100013 U
0008009c Z 0008009d X 0050001b X 0040051a X 00400512 D 00700086 X 00700084 Z/D 00080023 Z/D 0040a730 D 00080033 Z/D
00180010 Z/D 0018a003 X 00102150 X 0040a307 X 00380300 X 00080025 X 00080035 X 0040a07c X fffcfffc X 0018937f X
00082111 X 0018700a X/D 3010001b Z 00500020 X 3010002d D 00181000 X/Z/D 0016004b X 00181002 U fffafffa X 04000100 U
00209164 U 00380040 X 4008011a X 40080119 X 300a0016 X
00321070 X 00401400 X 00321060 X/Z 00401001 X 00401005 X 00189937 X 00001001 U 00321032 X 00321033 X 00189185 X
00102299 X 00102297 X 40084000 X 40080118 X 40080042 X 300e0008 X/Z 30060028 X 30060038 X 300600a6 Z 30060026 Z
30060088 X 30060085 X 300a0615 Z 300a0611 Z 3010005a Z 300a0006 X/D 300a0004 X 300a0002 D 300a0003 X 300a0007 X/D
30100054 D 300a062a D 30100056 X/D 3010003b U 00404034 X 0038001e X 00400006 X 0040000b X 00400007 X 00400004 X
00400005 X 00404008 X 00400009 X 00400011 X 00404010 X 00400002 X 00404005 X 00400003 X 00400001 X 00404027 X
00400010 X 00404025 X 00321020 X 00321021 X 00080021 X/D 0008103e X 0020000e U 00080031 X/D 00380062 X 00380060 X
300a01b2 X 300a01a6 X 004006fa X 001021a0 X 00080018 U 30100015 U 0018936a D 00340005 D 00082112 X/Z/U* 300a0216 X
30080105 X/Z 00189369 D 00380050 X 0040050a X 00400602 X 00400551 D 00400610 Z 00400600 X 00400554 U 00189516 X/D
00081010 X/Z/D 00880140 U 30060008 Z
`
  .trim()
  .split(/\s+/);

test('167 rows of the table match another reading of the standard', () => {
  const different: string[] = [];
  for (let index = 0; index < rows.length; index += 2) {
    const action = profileAction(`x${rows[index]}`);
    if (action !== rows[index + 1]) different.push(`${rows[index]}: ${action}, not ${rows[index + 1]}`);
  }
  expect(rows.length / 2).toBe(167);
  expect(different).toEqual([]);
});

test('private attributes, curves and overlays match by group; masked tags are those that are changed', () => {
  expect([isPrivateTag('x00091001'), isPrivateTag('x00080018')]).toEqual([true, false]);
  expect([isGraphicsTag('x60023000'), isGraphicsTag('x50000010'), isGraphicsTag('x60000010')]).toEqual([
    true,
    true,
    true,
  ]);
  expect(isGraphicsTag('x54000100')).toBe(false);
  expect(isIdentifying('x00100020', 'LO')).toBe(true);
  expect(isIdentifying('x00100034', 'LO')).toBe(true);
  expect(isIdentifying('x00080070', 'LO')).toBe(false);
});
