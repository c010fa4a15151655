-- What a command's way was beside what the audit trail tells: attempts that decided nothing, and what put it back
-- in line. The first and the newest of each command are kept, as long as the command.
CREATE TABLE step (
    seq     bigint NOT NULL,  -- the command
    number  bigint NOT NULL,  -- counts up for each command
    time    bigint NOT NULL,
    begun   bigint NOT NULL,  -- when the attempt was taken
    attempt bigint NOT NULL,
    what    text NOT NULL,    -- failed, waits, interrupted, cut off, woken
    class   text NOT NULL,    -- of the error; code of what it waits for
    reason  text NOT NULL,
    waits   text NOT NULL,
    due     bigint NOT NULL,
    PRIMARY KEY (seq, number)
);
CREATE FUNCTION step_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'steps are never changed';
END $$;
CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step FOR EACH ROW EXECUTE FUNCTION step_is_never_changed();
