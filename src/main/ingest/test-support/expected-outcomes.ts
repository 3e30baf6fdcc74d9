/** Allowed outcomes for a faulty file. A crash of the host, a deadline or a bug is not among them. */
export const expectedOutcomes: readonly string[] = [
  'read',
  'not_an_image',
  'not_dicom_image',
  'no_pixel_data',
  'damaged',
  'truncated',
  'too_large',
  'unsupported_transfer_syntax',
  'unsupported_image',
];
