-- What a bridge that ends may have left behind in Odoo, and how long a word of a channel counts.

-- 1: Odoo may be at work for the command.
ALTER TABLE command ADD COLUMN calling INTEGER NOT NULL DEFAULT 0;

-- Which start of the machine the file was last open in: after another one, marks may be lost.
ALTER TABLE closed ADD COLUMN boot TEXT NOT NULL DEFAULT '';

-- When the word was last said and applied, by the bridge's clock.
ALTER TABLE said ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
UPDATE said SET kept = unixepoch() * 1000000;
CREATE INDEX said_kept ON said (kept);

-- Answers to what was no command, which go once they are sent.
CREATE INDEX result_loose ON result (number) WHERE command = 0 AND sent = 1;
