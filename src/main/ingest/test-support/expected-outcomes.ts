/** What may become of a file that is not as it should be. A crash of the host, a deadline or a bug is none of them. */
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
