-- When a lane passed an entry. Of the places that a cursor was saved at, the last of each second is kept, as long as the
-- entries around it: a row of some thirty bytes, and at most one for each lane and second in which it moved.
CREATE TABLE place (
    lane TEXT NOT NULL,
    seq  INTEGER NOT NULL,  -- of the cursor
    time INTEGER NOT NULL,  -- when the lane was there, at the latest
    PRIMARY KEY (lane, seq)
) WITHOUT ROWID;

CREATE VIEW places AS
SELECT lane, seq, strftime('%Y-%m-%dT%H:%M:%S', time / 1000000, 'unixepoch') || printf('.%06dZ', time % 1000000) AS time FROM place
UNION ALL SELECT lane, seq, strftime('%Y-%m-%dT%H:%M:%S', updated / 1000000, 'unixepoch') || printf('.%06dZ', updated % 1000000) FROM cursor;
