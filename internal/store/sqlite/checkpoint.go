package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// noteFrames wakes the copying of the write-ahead log once it is long.
func (s *Store) noteFrames() {
	frames := int64(s.w.LogFrames())
	s.frames.Store(frames)
	if frames*pageSize < s.options.logBytes() {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// startCheckpoints copies the log to the database beside the writer, on a
// connection of its own, until Close.
func (s *Store) startCheckpoints() error {
	c, err := capi.Open(s.file, capi.Patience)
	if err != nil {
		return err
	}
	// A connection learns that there is a log by reading.
	settings := "SELECT count(*) FROM sqlite_schema"
	if s.options.Temporary {
		settings += "; PRAGMA synchronous=OFF"
	}
	if err := c.Exec(settings); err != nil {
		return errors.Join(err, c.Close())
	}
	s.checkpoints.Go(func() {
		s.runCheckpoints(c)
		if err := c.Close(); err != nil {
			s.log.Warn("the checkpoints' connection was not closed", "error", err)
		}
	})
	return nil
}

func (s *Store) runCheckpoints(c *capi.Conn) {
	due := int64(0) // frames at which trying again is worth it
	for {
		select {
		case <-s.done:
			return
		case <-s.wake:
		}
		if s.frames.Load() < due {
			continue
		}
		left, err := s.checkpoint(c)
		due = 0
		if err != nil {
			s.log.Warn("the write-ahead log cannot be copied to the database, and grows", "error", err)
		}
		if err != nil || left > 0 {
			due = s.frames.Load() + s.options.logBytes()/pageSize/4
		}
	}
}

// Beyond so many frames, copying what is left is not worth keeping the writer for.
const fewFrames = 500

// checkpoint copies the log. The bulk is copied while the writer goes on; the
// rest, which must reach the end for the log to begin anew, in a pause of his.
func (s *Store) checkpoint(c *capi.Conn) (left int, err error) {
	for range 4 {
		_, copied, err := c.Checkpoint()
		if err != nil {
			return 0, fmt.Errorf("checkpoint: %w", err)
		}
		if left := s.frames.Load() - int64(copied); left < fewFrames || left*pageSize > 4*s.options.logBytes() {
			break // little is left, or the writer is too fast and has to pause
		}
	}
	if err := s.take(context.Background()); err != nil {
		return 0, nil //nolint:nilerr // the store is being closed, which copies the log too
	}
	defer s.give()
	frames, copied, err := c.Checkpoint()
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	return frames - copied, nil
}
