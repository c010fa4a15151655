-- The store of a bridge, in a schema of its own ("odoobridge" unless store.schema
-- says otherwise). Everything here may be read while a bridge runs:
--
--     SET search_path = odoobridge;
--     SELECT * FROM holder;                                   -- who is at work
--     SELECT * FROM events WHERE subject = 'order/S00042';    -- what happened
--     SELECT body ->> 'state' FROM documents WHERE subject = 'order/S00042';
--
-- Texts are as Odoo has them. A character that PostgreSQL does not take, which Odoo's
-- own database cannot hold either, is written as U+0001 and what follows.
--
-- Beside these tables there is one per mirrored table of Odoo, made from the
-- profile of its release and described in "layout":
--
--     CREATE TABLE "row_sale_order_line" (
--         "id" bigint PRIMARY KEY,   -- the key column or columns
--         "order_id" bigint,         -- columns that rows are looked up by
--         "row" text NOT NULL)       -- all columns of "layout", as COPY text: tabs between, \N for NULL

-- Who has the store. Every write makes sure, in its own transaction, that the term is still its own.
CREATE TABLE holder (
    id       integer PRIMARY KEY CHECK (id = 1),
    term     bigint NOT NULL,       -- one up with every bridge that takes over
    instance text NOT NULL,         -- of the process; its connections are called 'odoobridge:<instance>'
    host     text NOT NULL,
    pid      integer NOT NULL,      -- on that host
    since    timestamptz NOT NULL,
    server   timestamptz NOT NULL,  -- when the PostgreSQL server was started
    released timestamptz            -- when the holder gave it up in good order
);
INSERT INTO holder VALUES (1, 0, '', '', 0, now(), pg_postmaster_start_time(), now());

-- Fails unless the term is the present one, and keeps it so until the transaction ends.
CREATE FUNCTION fence(mine bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM holder WHERE term = mine FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'term % of the store is over', mine USING ERRCODE = 'OB001';
    END IF;
END $$;

-- What the bridge knows about itself: name and value.
CREATE TABLE meta (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
) WITH (fillfactor = 20);

-- The mirrored tables: for which columns their rows were written.
CREATE TABLE layout (
    name    text COLLATE "C" PRIMARY KEY,   -- Odoo's table, or a sum over one
    columns text NOT NULL,                  -- names in the order of a row's text, as a JSON array
    keys    text NOT NULL,                  -- names of the one or two key columns, as a JSON array
    indexes text NOT NULL,                  -- names of the columns that rows are looked up by, as a JSON array
    loading boolean NOT NULL DEFAULT false  -- while a snapshot is being loaded: the rows are not all there
);

-- The kinds of documents.
CREATE TABLE entity (
    id   integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- Each entity as channels know it. The view "documents" shows it with the entity's name.
CREATE TABLE document (
    entity   integer NOT NULL,
    k1       bigint NOT NULL,
    k2       bigint NOT NULL,  -- 0 when the key is one number
    subject  text NOT NULL,    -- 'order/S00042'
    revision bigint NOT NULL,  -- one up with every event
    lsn      pg_lsn NOT NULL,  -- commit that gave it its present form
    company  bigint NOT NULL,  -- 0 for none
    body     text NOT NULL,    -- canonical JSON, byte for byte
    PRIMARY KEY (entity, k1, k2)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

CREATE VIEW documents AS
SELECT e.name AS entity, d.k1, d.k2, d.subject, d.revision, d.lsn, d.company,
       CASE WHEN d.body LIKE '{%' THEN d.body::json END AS body
FROM document d JOIN entity e ON e.id = d.entity;

-- The journal: what happened, in order, without gaps.
CREATE TABLE event (
    seq      bigint PRIMARY KEY,
    timeline integer NOT NULL,
    lsn      pg_lsn NOT NULL,       -- end of the commit
    ordinal  bigint NOT NULL,       -- place among the events of the commit, from 1
    xid      bigint NOT NULL,
    time     timestamptz NOT NULL,  -- of the commit
    entity   text NOT NULL,
    what     text NOT NULL,
    k1       bigint NOT NULL,
    k2       bigint NOT NULL,
    subject  text NOT NULL,
    revision bigint NOT NULL,
    company  bigint NOT NULL,
    origin   text NOT NULL,         -- channel that caused it, or ''
    changed  text,                  -- names of the changed fields, as a JSON array
    before   text,                  -- previous values of the changed fields, as JSON
    body     text NOT NULL,         -- the whole document
    epoch    integer NOT NULL,      -- how often the log began anew before it: 0 until a database was restored
    resync   boolean NOT NULL       -- found by comparing with a new snapshot, not in the log
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE VIEW events AS
SELECT seq, CASE WHEN epoch > 0 THEN epoch || '.' ELSE '' END || timeline || '-' || lsn || '-' || ordinal AS id,
       entity || '.' || what AS type, subject, revision, time, xid, company, origin, resync,
       changed::json AS changed, before::json AS before, CASE WHEN body LIKE '{%' THEN body::json END AS body
FROM event;

-- The journal's end after its last entries have been trimmed.
CREATE TABLE trimmed (
    id  integer PRIMARY KEY CHECK (id = 1),
    seq bigint NOT NULL  -- newest entry ever removed
);

-- How far each lane has got.
CREATE TABLE cursor (
    lane    text COLLATE "C" PRIMARY KEY,  -- '<channel>/<lane>'
    seq     bigint NOT NULL,               -- last entry that needs no further delivery
    state   bytea,                         -- the lane's own
    updated timestamptz NOT NULL
) WITH (fillfactor = 20);

CREATE VIEW cursors AS
SELECT lane, seq, convert_from(state, 'UTF8') AS state, updated FROM cursor;
