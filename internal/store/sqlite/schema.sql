-- The store of a bridge. Everything here may be read while the bridge runs:
--
--     sqlite3 -readonly odoobridge.db
--
-- Positions in PostgreSQL's log are texts like '0/1A2B3C8'. Times are microseconds
-- since 1970 in UTC; the views "events" and "cursors" show them as dates. Documents
-- and events are JSON: body ->> '$.state' reads a field.
--
-- Beside these tables there is one per mirrored table of Odoo, made from the
-- profile of its release and described in "layout":
--
--     CREATE TABLE "row_sale_order_line" (
--         "id" INTEGER PRIMARY KEY,  -- the key column or columns
--         "order_id" INTEGER,        -- columns that rows are looked up by
--         "row" TEXT NOT NULL)       -- all columns of "layout", as COPY text: tabs between, \N for NULL

-- What the bridge knows about itself: name and value.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The mirrored tables: for which columns their rows were written.
CREATE TABLE layout (
    name    TEXT PRIMARY KEY,            -- Odoo's table, or a sum over one
    columns TEXT NOT NULL,               -- names in the order of a row's text, as a JSON array
    keys    TEXT NOT NULL,               -- names of the one or two key columns, as a JSON array
    indexes TEXT NOT NULL,               -- names of the columns that rows are looked up by, as a JSON array
    loading INTEGER NOT NULL DEFAULT 0   -- 1 while a snapshot is being loaded: the rows are not all there
) WITHOUT ROWID;

-- The kinds of documents.
CREATE TABLE entity (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Each entity as channels know it. The view "documents" shows it with the entity's name.
CREATE TABLE document (
    id       INTEGER PRIMARY KEY,
    entity   INTEGER NOT NULL REFERENCES entity,
    k1       INTEGER NOT NULL,
    k2       INTEGER NOT NULL,  -- 0 when the key is one number
    subject  TEXT NOT NULL,     -- 'order/S00042'
    revision INTEGER NOT NULL,  -- one up with every event
    lsn      TEXT NOT NULL,     -- commit that gave it its present form
    company  INTEGER NOT NULL,  -- 0 for none
    body     TEXT NOT NULL,     -- canonical JSON
    UNIQUE (entity, k1, k2)
);

CREATE VIEW documents AS
SELECT e.name AS entity, d.k1, d.k2, d.subject, d.revision, d.lsn, d.company, d.body
FROM document d JOIN entity e ON e.id = d.entity;

-- The journal: what happened, in order, without gaps.
CREATE TABLE event (
    seq      INTEGER PRIMARY KEY,
    timeline INTEGER NOT NULL,
    lsn      TEXT NOT NULL,     -- end of the commit
    ordinal  INTEGER NOT NULL,  -- place among the events of the commit, from 1
    xid      INTEGER NOT NULL,
    time     INTEGER NOT NULL,  -- of the commit
    entity   TEXT NOT NULL,
    what     TEXT NOT NULL,
    k1       INTEGER NOT NULL,
    k2       INTEGER NOT NULL,
    subject  TEXT NOT NULL,
    revision INTEGER NOT NULL,
    company  INTEGER NOT NULL,
    origin   TEXT NOT NULL,     -- channel that caused it, or ''
    changed  TEXT,              -- names of the changed fields, as a JSON array
    before   TEXT,              -- previous values of the changed fields, as JSON
    body     TEXT NOT NULL      -- the whole document
);

CREATE VIEW events AS
SELECT seq, timeline || '-' || lsn || '-' || ordinal AS id, entity || '.' || what AS type, subject, revision,
       strftime('%Y-%m-%dT%H:%M:%S', time / 1000000, 'unixepoch') || printf('.%06dZ', time % 1000000) AS time,
       xid, company, origin, changed, before, body
FROM event;

-- The journal's end after its last entries have been trimmed.
CREATE TABLE trimmed (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL  -- newest entry ever removed
);

-- How far each lane has got.
CREATE TABLE cursor (
    lane    TEXT PRIMARY KEY,   -- '<channel>/<lane>'
    seq     INTEGER NOT NULL,   -- last entry that needs no further delivery
    state   BLOB,               -- the lane's own
    updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE VIEW cursors AS
SELECT lane, seq, CAST(state AS TEXT) AS state, strftime('%Y-%m-%dT%H:%M:%SZ', updated / 1000000, 'unixepoch') AS updated
FROM cursor;
