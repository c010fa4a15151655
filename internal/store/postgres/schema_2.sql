-- What happened to one subject is found by following its entries back from the newest: an
-- index of the journal would be written at random places with every event. -1 is in what was
-- written before; there the journal is read through.
ALTER TABLE document ADD COLUMN last bigint NOT NULL DEFAULT -1;  -- its newest entry in the journal, 0 for none
ALTER TABLE event ADD COLUMN previous bigint NOT NULL DEFAULT -1; -- the entry before it of the same entity and key, 0 for none

-- Subjects do not change, so only new documents are entered.
CREATE INDEX document_subject ON document (subject);

DROP VIEW documents;
CREATE VIEW documents AS
SELECT e.name AS entity, d.k1, d.k2, d.subject, d.revision, d.lsn, d.company, d.last,
       CASE WHEN d.body LIKE '{%' THEN d.body::json END AS body
FROM document d JOIN entity e ON e.id = d.entity;

DROP VIEW events;
CREATE VIEW events AS
SELECT seq, CASE WHEN epoch > 0 THEN epoch || '.' ELSE '' END || timeline || '-' || lsn || '-' || ordinal AS id,
       entity || '.' || what AS type, subject, revision, time, xid, company, origin, resync, previous,
       changed::json AS changed, before::json AS before, CASE WHEN body LIKE '{%' THEN body::json END AS body
FROM event;
