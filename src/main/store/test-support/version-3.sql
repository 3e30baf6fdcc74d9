-- A project database as Fovea wrote it at version 3 of the schema. Never to be edited: it stands for projects that exist.
PRAGMA application_id = 1179604549;
PRAGMA user_version = 3;

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Folders that images were imported from. Read only for Fovea.
CREATE TABLE sources (id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, added_at TEXT NOT NULL) STRICT;

-- Running numbers in place of identities: key is a keyed hash, never the identifier itself.
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

-- One row an image (a frame of a file). label_id and split repeat the newest row of labels and the current split's
-- member, and are written in the same transaction.
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
-- Covers every count by patient, class and part: see counts.ts.
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

-- What can be undone, newest last: the state before the action.
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
-- What an image looks like, for finding duplicates: a hash of its canonical pixels, and a descriptor
-- (src/shared/duplicates/picture-descriptor.ts). compared: whether it was held against all others.
CREATE TABLE pictures (
  image_id INTEGER PRIMARY KEY REFERENCES images (id),
  content TEXT NOT NULL,
  descriptor BLOB NOT NULL,
  compared INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX pictures_content ON pictures (content);
CREATE INDEX pictures_waiting ON pictures (image_id) WHERE compared = 0;

-- Images that look alike. verdict: what a person said ('keep': seen, and both stay; 'different': no duplicates).
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

INSERT INTO meta (key, value) VALUES ('identity_secret', '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b');
INSERT INTO meta (key, value) VALUES ('name', 'Breast, first slice');
INSERT INTO sources (id, folder, added_at) VALUES (1, '/data/breast ü', '2026-10-05T09:30:00.000Z');
INSERT INTO sources (id, folder, added_at) VALUES (2, 'project:images', '2026-10-05T09:30:00.000Z');
INSERT INTO patients (id, key, origin) VALUES (1, 'fe7592d01d79c2c51ebf00617a9834b11886d6d3752f578b09fd3cb2e731466a', 'dicom');
INSERT INTO patients (id, key, origin) VALUES (2, 'f6d103de0af23116583ea9994f0e207e414597c51798ad146a8f5a63c4bc6638', 'dicom');
INSERT INTO patients (id, key, origin) VALUES (3, '87c54dee78e06eb2879efcc9f1f6a58a17b54df8fe82a8e7afba511fee2ebf02', 'table');
INSERT INTO studies (id, key, patient_id) VALUES (1, '7a76305ef84a5aeadf519cd5051101a3c8933aadee3cc642a7fba770a4e80bd4', 1);
INSERT INTO studies (id, key, patient_id) VALUES (2, '5d84bdd1acfdc84aff7bbcb680283e7addadb54fe513c69721a7dd9b480654bc', 2);
INSERT INTO classes (id, name) VALUES (1, 'benign');
INSERT INTO classes (id, name) VALUES (2, 'malignant');
INSERT INTO classes (id, name) VALUES (3, 'normal');
INSERT INTO imports (id, started_at, finished_at, state, result) VALUES (1, '2026-10-05T09:30:00.000Z', '2026-10-05T09:31:00.000Z', 'done', '{"added": 8, "duplicates": 1, "classes": {"benign": 3, "malignant": 3}, "patients": 3, "warnings": ["2 images without a known patient."], "seconds": 1.5, "imagesPerSecond": 6}');
INSERT INTO import_skips (id, import_id, path, code, message) VALUES (1, 1, 'benign/notes.txt', 'not_an_image', 'Not an image.');
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (1, '83bf7fcd913e81d35f0d0e94ed1ec0611e8e3b4909c23b00ef9f076f205e67c6', 0, 1, 'benign/1.dcm', 'benign/1.dcm', 1001, 'dicom', 40, 30, 1, 0, 'US', 8, 'MONOCHROME2', '1.2.840.10008.1.2.1', 128, 256, 0, 255, 'F', 57, 'Maker', 'Model 9', '[]', 1, 1, NULL, 1, 'train', 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (2, 'fe7f1034d4a63dde9192739732fb553a720788f422c5723ec7ca1c683280837e', 0, 1, 'benign/2.png', 'benign/2.png', 1002, 'png', 40, 30, 1, 0, NULL, 8, NULL, NULL, NULL, NULL, 0, 255, NULL, NULL, NULL, NULL, '[]', 1, NULL, NULL, 1, 'train', 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (3, 'fb42102e0aac5286c9f0ba0c59cb5b2997d45867ee74c04ec499b2f0c632d8a5', 0, 1, 'benign/3.dcm', 'benign/3.dcm', 1003, 'dicom', 40, 30, 1, 0, 'US', 8, 'MONOCHROME2', '1.2.840.10008.1.2.1', 128, 256, 0, 255, 'F', 57, 'Maker', 'Model 9', '[]', 2, 2, NULL, 1, 'validation', 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (4, '03d46f2b62f47b7b03971079e623f4fa8e30cb0205e96b63ca03522c48a728c2', 0, 1, 'malignant/4.png', 'malignant/4.png', 1004, 'png', 40, 30, 1, 0, NULL, 8, NULL, NULL, NULL, NULL, 0, 255, NULL, NULL, NULL, NULL, '[]', 3, NULL, NULL, 2, 'test', 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (5, '45025d51902415eee98d6a946703a310b335f7b34bb19cf5c9f69de8eedc0104', 0, 1, 'malignant/5.dcm', 'malignant/5.dcm', 1005, 'dicom', 40, 30, 1, 0, 'US', 8, 'MONOCHROME2', '1.2.840.10008.1.2.1', 128, 256, 0, 255, 'F', 57, 'Maker', 'Model 9', '[]', NULL, NULL, NULL, 2, 'train', 1, '2026-10-05T09:30:00.000Z', '2026-10-06T10:00:00.000Z');
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (6, '022e80bd328ca7ab30f4b5b3847f5e46d1f4fdef9a709fd5ee8b2050c7d6cc15', 0, 2, 'malignant/6.png', 'malignant/6.png', 1006, 'png', 40, 30, 1, 0, NULL, 8, NULL, NULL, NULL, NULL, 0, 255, NULL, NULL, NULL, NULL, '[]', NULL, NULL, NULL, 2, 'test', 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (7, '7e78d7ad73943603fba0fa0e875116cf58ab284a14069607e9cd2e8aa0976663', 0, 1, 'new/7.dcm', 'new/7.dcm', 1007, 'dicom', 40, 30, 2, 0, 'US', 8, 'MONOCHROME2', '1.2.840.10008.1.2.1', 128, 256, 0, 255, 'F', 57, 'Maker', 'Model 9', '["multi-frame"]', 3, NULL, NULL, NULL, NULL, 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO images (id, hash, frame, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, modality, bits_stored, photometric_interpretation, transfer_syntax, window_center, window_width, range_min, range_max, sex, age, manufacturer, model, flags, patient_id, study_id, given_split, label_id, split, import_id, added_at, removed_at) VALUES (8, '7e78d7ad73943603fba0fa0e875116cf58ab284a14069607e9cd2e8aa0976663', 1, 1, 'new/8.png', 'new/8.png', 1008, 'png', 40, 30, 2, 0, NULL, 8, NULL, NULL, NULL, NULL, 0, 255, NULL, NULL, NULL, NULL, '["multi-frame"]', 3, NULL, NULL, NULL, NULL, 1, '2026-10-05T09:30:00.000Z', NULL);
INSERT INTO labels (image_id, class_id, source, at) VALUES (1, 1, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (2, 1, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (3, 2, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (4, 2, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (5, 2, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (6, 2, 'folder', '2026-10-05T09:30:00.000Z');
INSERT INTO labels (image_id, class_id, source, at) VALUES (3, 1, 'user', '2026-10-06T09:00:00.000Z');
INSERT INTO splits (id, seed, grouping, validation, test, created_at, warnings, is_current) VALUES (1, 7, 'none', 0.2, 0.2, '2026-10-05T09:30:00.000Z', '[]', 0);
INSERT INTO splits (id, seed, grouping, validation, test, created_at, warnings, is_current, keep_duplicates) VALUES (2, 42, 'patient', 0.2, 0.2, '2026-10-06T11:00:00.000Z', '["A warning."]', 1, 1);
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 1, 'train');
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 2, 'train');
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 3, 'validation');
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 4, 'test');
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 5, 'train');
INSERT INTO split_members (split_id, image_id, part) VALUES (2, 6, 'test');
INSERT INTO split_members (split_id, image_id, part) VALUES (1, 1, 'train');
INSERT INTO runs (id, name, state, created_at, summary) VALUES ('20261006-120000-quick-ab12', 'First run', 'finished', '2026-10-06T12:00:00.000Z', '{"id": "20261006-120000-quick-ab12", "name": "First run", "state": "finished", "backbone": "vit-tiny-patch16-224", "preset": "quick", "device": "cpu", "createdAt": "2026-10-06T12:00:00.000Z", "finishedAt": "2026-10-06T12:05:00.000Z", "epochsDone": 3, "epochs": 3, "best": {"epoch": 2, "metric": "accuracy", "value": 0.75}, "seconds": 300, "error": null, "hasModel": true, "resumable": false}');
INSERT INTO actions (id, at, kind, description, before) VALUES (1, '2026-10-06T09:00:00.000Z', 'label', 'Label 1 image “benign”', '[[3,2]]');
INSERT INTO actions (id, at, kind, description, before) VALUES (2, '2026-10-06T10:00:00.000Z', 'remove', 'Remove 1 image', '[5]');
INSERT INTO audit (at, action, detail) VALUES ('2026-10-06T09:00:00.000Z', 'label', '{"images": 1, "label": "benign"}');
INSERT INTO pictures (image_id, content, descriptor, compared) VALUES (1, 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73', x'', 1);
INSERT INTO pictures (image_id, content, descriptor, compared) VALUES (2, 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73', x'', 1);
INSERT INTO duplicate_pairs (first, second, similarity, exact, verdict) VALUES (1, 2, 1, 1, 'keep');

-- Sites and stations as running numbers: key is a keyed hash of what a file or a table said; name only where a table
-- gave one, which is the lab's own word for it.
CREATE TABLE origins (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL UNIQUE, name TEXT) STRICT;
ALTER TABLE images ADD COLUMN site_id INTEGER REFERENCES origins (id);
ALTER TABLE images ADD COLUMN station_id INTEGER REFERENCES origins (id);
ALTER TABLE images ADD COLUMN acquired_year INTEGER;
-- (0028,0301): 'yes', 'no', or null where the file does not say.
ALTER TABLE images ADD COLUMN burned_in TEXT;

-- What is measured on the canonical raster (src/shared/imaging/picture-measures.ts); null in older projects until
-- they are described again.
ALTER TABLE pictures ADD COLUMN measures BLOB;
-- Pairs that only a backbone's features showed.
ALTER TABLE duplicate_pairs ADD COLUMN by_features INTEGER NOT NULL DEFAULT 0;

-- What a person said of a reason to look at an image again: 'accepted' (it is right as it is) or 'deferred'.
-- evidence: what the reason rested on, so that new evidence asks again.
CREATE TABLE reviews (
  image_id INTEGER NOT NULL REFERENCES images (id),
  reason TEXT NOT NULL,
  verdict TEXT NOT NULL,
  evidence TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (image_id, reason)
) STRICT, WITHOUT ROWID;

-- Who read which image as what. Append only: the newest row of a reader and an image is the reading.
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

-- held_out: JSON of what the test part was chosen by ({"by":"site"|"scanner","values":[...]}).
-- sign_off: JSON of who let a split with leaks through, when, why, and how many groups leaked then.
ALTER TABLE splits ADD COLUMN held_out TEXT;
ALTER TABLE splits ADD COLUMN sign_off TEXT;

-- What the dataset held after an import that changed it, or when a run began on it. members: a bit for each image id;
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

INSERT INTO readers (id, name) VALUES (1, 'Reader A'), (2, 'Reader B');
INSERT INTO readings (image_id, reader_id, class_id, source, at) VALUES (1, 1, 1, 'user', '2026-10-08T09:00:00.000Z');
INSERT INTO readings (image_id, reader_id, class_id, source, at) VALUES (1, 2, 1, 'user', '2026-10-08T09:05:00.000Z');
INSERT INTO reviews (image_id, reason, verdict, evidence, at) VALUES (3, 'odd-picture', 'accepted', '[1]', '2026-10-08T10:00:00.000Z');
INSERT INTO locks (name, token, host, pid, at) VALUES ('runs', 'a-token', 'a-host', 4711, 1791446400000);
