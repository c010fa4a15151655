-- Which records of Odoo channels' ids mean, kept for good.
CREATE TABLE binding (
  external_id TEXT PRIMARY KEY,
  model       TEXT NOT NULL,
  record      INTEGER NOT NULL,
  since       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
