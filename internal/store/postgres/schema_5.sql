-- The keys of one command, to be moved together.
CREATE INDEX key_seq ON key (seq);
