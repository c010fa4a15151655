-- What became of a command that was settled last by itself. It is durable before all that follows from it is entered elsewhere, which
-- is done at the next start where the process has ended in between: while the command is applying and this is its attempt.
ALTER TABLE closed ADD COLUMN settling INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed ADD COLUMN outcome BLOB;
