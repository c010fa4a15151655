-- What happened to one subject is found by following its entries back from the newest: an
-- index of the journal would be written at random places with every event. -1 is in what was
-- written before; there the journal is read through.
ALTER TABLE document ADD COLUMN last INTEGER NOT NULL DEFAULT -1;  -- its newest entry in the journal, 0 for none
ALTER TABLE event ADD COLUMN previous INTEGER NOT NULL DEFAULT -1; -- the entry before it of the same entity and key, 0 for none

-- Subjects do not change, so only new documents are entered.
CREATE INDEX document_subject ON document (subject);

DROP VIEW documents;
CREATE VIEW documents AS
SELECT e.name AS entity, d.k1, d.k2, d.subject, d.revision, d.lsn, d.company, d.last, d.body
FROM document d JOIN entity e ON e.id = d.entity;

DROP VIEW events;
CREATE VIEW events AS
SELECT seq, iif(epoch > 0, epoch || '.', '') || timeline || '-' || lsn || '-' || ordinal AS id, entity || '.' || what AS type, subject, revision,
       strftime('%Y-%m-%dT%H:%M:%S', time / 1000000, 'unixepoch') || printf('.%06dZ', time % 1000000) AS time,
       xid, company, origin, resync, previous, changed, before, body
FROM event;
