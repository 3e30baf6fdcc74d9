/**
 * The identifiers that a file carries, as written in it. They identify a person: the recipient hashes them at once and
 * stores none of them.
 */
export interface FileIdentity {
  /** PatientID, with its issuer if one is given; null if absent, empty or a word for “not known”. */
  readonly patient: string | null;
  /** PatientID alone. */
  readonly patientId: string | null;
  readonly accession: string | null;
  /** Dates as YYYYMMDD; null if missing or not a date. */
  readonly studyDate: string | null;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly study: string | null;
  readonly series: string | null;
  readonly sopInstance: string | null;
  /** InstitutionName: one hospital is one site. */
  readonly institution: string | null;
}
