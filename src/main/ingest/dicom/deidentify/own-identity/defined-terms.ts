/**
 * Defined terms of PS3.3 and PS3.16 that a name or id of one to four characters can equal. Longer ones are searched for
 * as words, and errors are on the safe side.
 */
const TERMS: readonly (readonly [tags: string, terms: string])[] = [
  // Image Type: the modes of ultrasound (C.8.5.6.1.1).
  ['x00080008', '0001 0002 0004 0008 0010 0020 0040 0080 0100 0200 0400 0800 1000'],
  // Modality.
  [
    'x00080060',
    'AR AU BI CR CT DG DX ES GM HC HD IO KO LP LS MA MG MR NM OP OT PR PT PX RF RG SC SM SR ST TG US VA XA XC',
  ],
  // Conversion Type.
  ['x00080064', 'DV DI DF SD SI'],
  // Code Value: units of UCUM.
  ['x00080100', '1 m cm mm um s ms us min h g mg kg l ml Hz kHz MHz V kV mV A mA eV keV K J Gy mGy Bq T mT'],
  // Coding Scheme Designator.
  ['x00080102', 'BI C4 C5 CD2 E E5 E6 I9 I9C I9P I10 I10P L LB LN MA'],
  // Scanning Sequence, Sequence Variant, Scan Options, MR Acquisition Type, Angio Flag.
  ['x00180020', 'SE IR GR EP RM'],
  ['x00180021', 'SK SS SP MP'],
  ['x00180022', 'RG CG FC SP FS CT'],
  ['x00180023', '2D 3D'],
  ['x00180025', 'Y N'],
  // View Position.
  ['x00185101', 'AP PA LL RL ML LM CC AT XC'],
  // Patient Orientation.
  ['x00200020', 'A P R L H F AR AL AH AF PR PL PH PF RA RP RH RF LA LP LH LF HA HP HR HL FA FP FR FL'],
  // Laterality, Image Laterality, Frame Laterality.
  ['x00200060 x00200062 x00209072', 'R L U B'],
  // Rescale Type, Modality LUT Type.
  ['x00281054 x00283004', 'HU US OD ED'],
  // Lossy Image Compression.
  ['x00282110', '00 01'],
  // Units.
  ['x00541001', 'CM2 1CM'],
];

const byTag = new Map(
  TERMS.flatMap(([tags, terms]) => {
    const set = new Set(terms.toUpperCase().split(' '));
    return tags.split(' ').map((tag): [string, ReadonlySet<string>] => [tag, set]);
  }),
);

/** Whether the standard defines a value of this attribute, whoever is called the same. */
export function isDefinedTerm(tag: string, text: string): boolean {
  return byTag.get(tag)?.has(text.replaceAll('\0', '').trim().toUpperCase()) === true;
}
