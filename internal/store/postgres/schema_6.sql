-- When a lane passed an entry. Of the places that a cursor was saved at, the last of each second is kept, as long as the
-- entries around it: at most one row for each lane and second in which it moved.
CREATE TABLE place (
    lane text NOT NULL,
    seq  bigint NOT NULL,       -- of the cursor
    time timestamptz NOT NULL,  -- when the lane was there, at the latest
    PRIMARY KEY (lane, seq)
);

CREATE VIEW places AS
SELECT lane, seq, time FROM place UNION ALL SELECT lane, seq, updated FROM cursor;
