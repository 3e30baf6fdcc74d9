/**
 * Who and what a file shows, in its own words. Identifies a person: whoever receives it hashes it at once and stores
 * nothing of it.
 */
export interface FileIdentity {
  /** PatientID, with its issuer where one is named; null where it is absent, empty or a word for “not known”. */
  readonly patient: string | null;
  /** PatientID alone. */
  readonly patientId: string | null;
  readonly accession: string | null;
  /** Dates as YYYYMMDD; null where they are none. */
  readonly studyDate: string | null;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly study: string | null;
  readonly series: string | null;
  readonly sopInstance: string | null;
  /** InstitutionName, as one hospital is one site. */
  readonly institution: string | null;
}
