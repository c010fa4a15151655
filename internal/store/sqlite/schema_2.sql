-- Events say how often the log began anew before them, which is a part of their
-- id, and whether a comparison with a new snapshot found them.
ALTER TABLE event ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;  -- 0 until a database was restored
ALTER TABLE event ADD COLUMN resync INTEGER NOT NULL DEFAULT 0; -- 1: found by a resync, not in the log

DROP VIEW events;
CREATE VIEW events AS
SELECT seq, iif(epoch > 0, epoch || '.', '') || timeline || '-' || lsn || '-' || ordinal AS id, entity || '.' || what AS type, subject, revision,
       strftime('%Y-%m-%dT%H:%M:%S', time / 1000000, 'unixepoch') || printf('.%06dZ', time % 1000000) AS time,
       xid, company, origin, resync, changed, before, body
FROM event;
