-- Names the contents since they were last open to be changed: what was copied elsewhere is recognised by it.
ALTER TABLE closed ADD COLUMN opened TEXT NOT NULL DEFAULT '';
UPDATE closed SET opened = lower(hex(randomblob(16)));
