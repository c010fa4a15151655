-- Each time that a row is written, SQLite puts the values of a longer IN into a table of its own, to find out whether an index has
-- the row. What is chained with OR it compares.
DROP INDEX command_open;
CREATE INDEX command_open ON command (state, seq) WHERE state = 'received' OR state = 'waiting' OR state = 'applying' OR state = 'parked';
DROP INDEX command_done;
CREATE INDEX command_done ON command (settled) WHERE state = 'applied' OR state = 'duplicate' OR state = 'rejected' OR state = 'discarded';
