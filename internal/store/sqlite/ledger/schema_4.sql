-- What a command's way was beside what the audit trail tells: attempts that decided nothing, and what put it back
-- in line. The first and the newest of each command are kept, as long as the command.
CREATE TABLE step (
  seq     INTEGER NOT NULL, -- the command
  number  INTEGER NOT NULL, -- counts up for each command
  time    INTEGER NOT NULL,
  begun   INTEGER NOT NULL, -- when the attempt was taken
  attempt INTEGER NOT NULL,
  what    TEXT NOT NULL,    -- failed, waits, interrupted, cut off, woken
  class   TEXT NOT NULL,    -- of the error; code of what it waits for
  reason  TEXT NOT NULL,
  waits   TEXT NOT NULL,
  due     INTEGER NOT NULL,
  PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
  BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;
