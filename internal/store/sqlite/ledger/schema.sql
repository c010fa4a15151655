-- Commands of channels, what became of them, and the answers to be sent.
-- Times are microseconds since 1970, 0 for none; lists are JSON arrays.

CREATE TABLE command (
  seq            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival, never used again
  channel        TEXT NOT NULL,
  id             TEXT NOT NULL,
  name           TEXT NOT NULL,
  subject        TEXT NOT NULL,
  workload       TEXT NOT NULL,
  effect         TEXT NOT NULL,
  said           TEXT NOT NULL,
  time           INTEGER NOT NULL,
  based_on       INTEGER NOT NULL,
  body           BLOB NOT NULL,            -- as it arrived
  digest         TEXT NOT NULL,
  reply_to       TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  keys           TEXT NOT NULL,
  provides       TEXT NOT NULL,
  received       INTEGER NOT NULL,
  state          TEXT NOT NULL,
  ready          INTEGER NOT NULL,         -- 1: no other holds it back, as far as order goes
  attempts       INTEGER NOT NULL DEFAULT 0,
  due            INTEGER NOT NULL,
  begun          INTEGER NOT NULL DEFAULT 0,
  waits          TEXT NOT NULL DEFAULT '[]',
  edited         BLOB,
  code           TEXT NOT NULL DEFAULT '',
  outcome        BLOB,
  error          TEXT NOT NULL DEFAULT '',
  model          TEXT NOT NULL DEFAULT '',
  odoo_id        INTEGER NOT NULL DEFAULT 0,
  odoo_name      TEXT NOT NULL DEFAULT '',
  settled        INTEGER NOT NULL DEFAULT 0,
  UNIQUE (channel, id)
) STRICT;
CREATE INDEX command_ready ON command (workload, due, seq) WHERE ready = 1;
CREATE INDEX command_effect ON command (channel, effect, seq) WHERE effect <> '' AND state IN ('applied', 'parked');
CREATE INDEX command_open ON command (state, seq) WHERE state IN ('received', 'waiting', 'applying', 'parked');
CREATE INDEX command_done ON command (settled) WHERE state IN ('applied', 'duplicate', 'rejected', 'discarded');
CREATE INDEX command_provides ON command (channel, provides, seq) WHERE provides <> '' AND state IN ('received', 'applied');
CREATE INDEX command_subject ON command (subject, seq);
CREATE INDEX command_odoo ON command (odoo_name, seq) WHERE odoo_name <> '';

-- The keys of open commands, so that who comes next is found by a look at an index.
CREATE TABLE key (
  key   TEXT NOT NULL,
  state TEXT NOT NULL,    -- a: applying, r: received, w: waiting
  seq   INTEGER NOT NULL,
  place INTEGER NOT NULL, -- among the command's keys; 0: its own thing
  PRIMARY KEY (key, state, seq)
) STRICT, WITHOUT ROWID;

-- What waiting and parked commands wait for.
CREATE TABLE wait (
  key     TEXT NOT NULL,
  channel TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  PRIMARY KEY (key, channel, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
  seq   INTEGER NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (seq, key)
) STRICT, WITHOUT ROWID;

-- The newest word of each channel on each thing that was applied.
CREATE TABLE said (
  channel TEXT NOT NULL,
  said    TEXT NOT NULL,
  time    INTEGER NOT NULL,
  PRIMARY KEY (channel, said)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
  number         INTEGER PRIMARY KEY AUTOINCREMENT,
  command        INTEGER NOT NULL, -- 0: of a message that is not kept as a command
  id             TEXT NOT NULL,
  routing_key    TEXT NOT NULL,
  reply_to       TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  body           BLOB NOT NULL,
  sent           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX result_unsent ON result (number) WHERE sent = 0;
CREATE INDEX result_command ON result (command);

CREATE TABLE audit (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  time      INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  action    TEXT NOT NULL,
  channel   TEXT NOT NULL,
  id        TEXT NOT NULL,
  name      TEXT NOT NULL,
  subject   TEXT NOT NULL,
  code      TEXT NOT NULL,
  model     TEXT NOT NULL,
  odoo_id   INTEGER NOT NULL,
  odoo_name TEXT NOT NULL,
  reason    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_time ON audit (time);
CREATE INDEX audit_id ON audit (id);
CREATE INDEX audit_subject ON audit (subject);
CREATE INDEX audit_odoo ON audit (odoo_name) WHERE odoo_name <> '';
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.time > (unixepoch() - 86400) * 1000000
  BEGIN SELECT RAISE(ABORT, 'the audit trail is kept for a day at least'); END;

-- Whether the ledger was closed in order: else the mark of a taken command may have been lost.
CREATE TABLE closed (id INTEGER PRIMARY KEY CHECK (id = 1), orderly INTEGER NOT NULL) STRICT;
INSERT INTO closed VALUES (1, 1);
