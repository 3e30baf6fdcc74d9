/** The value representations of PS3.5, 6.2. */
export const valueRepresentations: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '),
);
