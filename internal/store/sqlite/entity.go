package sqlite

import "fmt"

// loadEntities reads the numbers of the entities' names.
func (s *Store) loadEntities() error {
	q, err := s.w.Prep("SELECT id, name FROM entity")
	if err != nil {
		return err
	}
	defer q.Reset()
	s.entities = map[string]int64{}
	for {
		row, err := q.Step()
		if err != nil {
			return fmt.Errorf("read the kinds of documents: %w", err)
		}
		if !row {
			return nil
		}
		s.entities[q.ColumnText(1)] = q.ColumnInt(0)
	}
}

// entity returns the number of an entity's name, a new one if need be.
func (s *Store) entity(name string) (int64, error) {
	if id, found := s.entities[name]; found {
		return id, nil
	}
	q, err := s.w.Prep("INSERT INTO entity (id, name) VALUES (?,?)")
	if err != nil {
		return 0, err
	}
	id := int64(len(s.entities) + 1)
	q.Int(1, id)
	q.Text(2, name)
	if err := q.Run(); err != nil {
		return 0, err
	}
	s.entities[name] = id
	return id, nil
}
