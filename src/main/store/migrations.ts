/** One step of the schema. Steps are never edited once released: a project made by any earlier version opens. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Folders that images were imported from. Fovea never writes to them.
CREATE TABLE sources (id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, added_at TEXT NOT NULL) STRICT;

-- Running numbers instead of identities: key is a keyed hash, never the identifier itself.
CREATE TABLE patients (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, origin TEXT NOT NULL) STRICT;
CREATE TABLE studies (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  patient_id INTEGER REFERENCES patients (id)
) STRICT;

CREATE TABLE classes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  state TEXT NOT NULL,
  result TEXT
) STRICT;
CREATE TABLE import_skips (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX import_skips_import ON import_skips (import_id);

-- One row per image (a frame of a file). label_id and split repeat the newest row of labels and the member of the
-- current split, and are written in the same transaction.
CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL,
  frame INTEGER NOT NULL DEFAULT 0,
  source_id INTEGER NOT NULL REFERENCES sources (id),
  path TEXT NOT NULL,
  path_key TEXT NOT NULL,
  file_bytes INTEGER NOT NULL,
  kind TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  frames INTEGER NOT NULL,
  colour INTEGER NOT NULL,
  modality TEXT,
  bits_stored INTEGER,
  photometric_interpretation TEXT,
  transfer_syntax TEXT,
  window_center REAL,
  window_width REAL,
  range_min REAL NOT NULL,
  range_max REAL NOT NULL,
  sex TEXT,
  age REAL,
  manufacturer TEXT,
  model TEXT,
  flags TEXT NOT NULL DEFAULT '[]',
  patient_id INTEGER REFERENCES patients (id),
  study_id INTEGER REFERENCES studies (id),
  given_split TEXT,
  label_id INTEGER REFERENCES classes (id),
  split TEXT,
  import_id INTEGER REFERENCES imports (id),
  added_at TEXT NOT NULL,
  removed_at TEXT,
  UNIQUE (hash, frame)
) STRICT;
CREATE INDEX images_path ON images (path_key, path) WHERE removed_at IS NULL;
CREATE INDEX images_label ON images (label_id, path_key) WHERE removed_at IS NULL;
CREATE INDEX images_split ON images (split, path_key) WHERE removed_at IS NULL;
CREATE INDEX images_patient ON images (patient_id, path_key) WHERE removed_at IS NULL;
-- Covers every count by patient, class and split: see counts.ts.
CREATE INDEX images_groups ON images (patient_id, label_id, split) WHERE removed_at IS NULL;
CREATE INDEX images_study ON images (study_id) WHERE removed_at IS NULL;
CREATE INDEX images_modality ON images (modality, path_key) WHERE removed_at IS NULL;
CREATE INDEX images_kind ON images (kind) WHERE removed_at IS NULL;

-- Append only: the newest row of an image is its label.
CREATE TABLE labels (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images (id),
  class_id INTEGER REFERENCES classes (id),
  source TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX labels_image ON labels (image_id, id);

CREATE TABLE splits (
  id INTEGER PRIMARY KEY,
  seed INTEGER NOT NULL,
  grouping TEXT NOT NULL,
  validation REAL NOT NULL,
  test REAL NOT NULL,
  created_at TEXT NOT NULL,
  warnings TEXT NOT NULL,
  is_current INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX splits_current ON splits (is_current) WHERE is_current = 1;
CREATE TABLE split_members (
  split_id INTEGER NOT NULL REFERENCES splits (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id),
  part TEXT NOT NULL,
  PRIMARY KEY (split_id, image_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at TEXT NOT NULL,
  summary TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Actions that can be undone, newest last, with the previous state.
CREATE TABLE actions (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  before TEXT NOT NULL
) STRICT;

CREATE TABLE locks (
  name TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
`;

const pictures = `
-- Appearance of an image, for the search for duplicates: a hash of its canonical pixels, and a descriptor
-- (src/shared/duplicates/picture-descriptor.ts). compared: whether it was compared with all others.
CREATE TABLE pictures (
  image_id INTEGER PRIMARY KEY REFERENCES images (id),
  content TEXT NOT NULL,
  descriptor BLOB NOT NULL,
  compared INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX pictures_content ON pictures (content);
CREATE INDEX pictures_waiting ON pictures (image_id) WHERE compared = 0;

-- Images that look alike. verdict: a person's decision ('keep': checked, both stay; 'different': not duplicates).
CREATE TABLE duplicate_pairs (
  first INTEGER NOT NULL REFERENCES images (id),
  second INTEGER NOT NULL REFERENCES images (id),
  similarity REAL NOT NULL,
  exact INTEGER NOT NULL,
  verdict TEXT,
  PRIMARY KEY (first, second),
  CHECK (first < second)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pairs_second ON duplicate_pairs (second);

ALTER TABLE splits ADD COLUMN keep_duplicates INTEGER NOT NULL DEFAULT 0;
`;

const trust = `
-- Sites and stations as running numbers: key is a keyed hash of the identifier in a file or a table; name is the lab's
-- own name, if a table gave one.
CREATE TABLE origins (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL UNIQUE, name TEXT) STRICT;
ALTER TABLE images ADD COLUMN site_id INTEGER REFERENCES origins (id);
ALTER TABLE images ADD COLUMN station_id INTEGER REFERENCES origins (id);
ALTER TABLE images ADD COLUMN acquired_year INTEGER;
-- (0028,0301): 'yes', 'no', or null if the file does not declare it.
ALTER TABLE images ADD COLUMN burned_in TEXT;

-- Measures of the canonical raster (src/shared/imaging/picture-measures.ts); null in older projects until they are
-- described again.
ALTER TABLE pictures ADD COLUMN measures BLOB;
-- Pairs found only by a backbone's features.
ALTER TABLE duplicate_pairs ADD COLUMN by_features INTEGER NOT NULL DEFAULT 0;

-- A person's verdict on a reason to review an image: 'accepted' (it is right as it is) or 'deferred'.
-- evidence: what the reason rested on, so that new evidence reopens it.
CREATE TABLE reviews (
  image_id INTEGER NOT NULL REFERENCES images (id),
  reason TEXT NOT NULL,
  verdict TEXT NOT NULL,
  evidence TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (image_id, reason)
) STRICT, WITHOUT ROWID;

-- Readings. Append only: the newest row of a reader and an image is the reading.
CREATE TABLE readers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE readings (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images (id),
  reader_id INTEGER NOT NULL REFERENCES readers (id),
  class_id INTEGER REFERENCES classes (id),
  source TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX readings_image ON readings (image_id, reader_id, id);

-- held_out: JSON of what the test split was held out by ({"by":"site"|"scanner","values":[...]}).
-- sign_off: JSON of who signed off a leaking split, when, why, and how many groups leaked then.
ALTER TABLE splits ADD COLUMN held_out TEXT;
ALTER TABLE splits ADD COLUMN sign_off TEXT;

-- Contents of the dataset after an import that changed it, or at the start of a run. members: one bit per image id;
-- classes: images by class name, as JSON; hash: see dataset-versions.ts.
CREATE TABLE dataset_versions (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  import_id INTEGER REFERENCES imports (id),
  images INTEGER NOT NULL,
  added INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  classes TEXT NOT NULL,
  hash TEXT NOT NULL,
  members BLOB NOT NULL
) STRICT;
CREATE INDEX images_removed ON images (removed_at) WHERE removed_at IS NOT NULL;
`;

const locks = `
-- Identifies the process that holds a lock among all that had its number, and the database file.
ALTER TABLE locks ADD COLUMN started TEXT;
ALTER TABLE locks ADD COLUMN place TEXT;
`;

const identities = `
-- The identifiers of a DICOM file as keyed hashes (store/identities.ts); null if absent.
CREATE TABLE identities (
  hash TEXT PRIMARY KEY,
  patient TEXT,
  accession TEXT,
  visit TEXT,
  study TEXT,
  series TEXT,
  instance TEXT,
  birth_date TEXT,
  sex TEXT
) STRICT, WITHOUT ROWID;

-- Covers the queries for the patients and splits of a study's images: see studies.ts.
CREATE INDEX images_study_patient ON images (study_id, patient_id, split) WHERE removed_at IS NULL;

-- Keyed hash of the loose form of the patient's identifier, without what spreadsheets change.
ALTER TABLE patients ADD COLUMN loose TEXT;
-- Aliases of patients, from tables: key is a keyed hash like that of patients.
CREATE TABLE patient_aliases (
  key TEXT PRIMARY KEY,
  loose TEXT NOT NULL,
  patient_id INTEGER NOT NULL REFERENCES patients (id)
) STRICT, WITHOUT ROWID;
`;

const copies = `
-- Alignment of two duplicates that features found and pixels confirmed ('mirrored, rotated by 90°').
ALTER TABLE duplicate_pairs ADD COLUMN alignment TEXT;
-- For pairs of thumbnails among similar images: 1 if the rasters show one picture, 0 if not; null if that was not
-- checked.
ALTER TABLE duplicate_pairs ADD COLUMN same_picture INTEGER;

-- Labels that differ from an image's own, given by a folder or a table to another file with the same bytes.
CREATE TABLE label_claims (
  image_id INTEGER NOT NULL REFERENCES images (id),
  source_id INTEGER NOT NULL REFERENCES sources (id),
  path TEXT NOT NULL,
  class_id INTEGER NOT NULL REFERENCES classes (id),
  at TEXT NOT NULL,
  PRIMARY KEY (image_id, source_id, path)
) STRICT, WITHOUT ROWID;

-- For the finding of two files with one SOP Instance UID but different pixels.
CREATE INDEX identities_instance ON identities (instance) WHERE instance IS NOT NULL;

-- JSON of the leaks known when the split was created (src/shared/models/known-leaks.ts).
ALTER TABLE splits ADD COLUMN leaks TEXT;
`;

const packs = `
-- Files in which cached pictures are kept together (services/cache). bytes: end of the last one that has a row; what
-- follows was being written when a process was killed. owner: JSON of the process that appends to it, null for none.
CREATE TABLE packs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  owner TEXT
) STRICT;

-- Places of cached pictures. kind: 'thumbnail', or the key of the raster's pipeline. checksum: CRC-32.
CREATE TABLE cached_pictures (
  image_id INTEGER NOT NULL REFERENCES images (id),
  kind TEXT NOT NULL,
  pack_id INTEGER NOT NULL REFERENCES packs (id),
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (image_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX cached_pictures_pack ON cached_pictures (pack_id);
`;

/** In order; the last version is the one that this Fovea writes (`PRAGMA user_version`). */
export const migrations: readonly Migration[] = [
  { version: 1, sql: first },
  { version: 2, sql: pictures },
  { version: 3, sql: trust },
  { version: 4, sql: locks },
  { version: 5, sql: identities },
  { version: 6, sql: copies },
  { version: 7, sql: packs },
];
