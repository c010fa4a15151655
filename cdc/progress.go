package cdc

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Progress is how far a copy has got.
type Progress struct {
	Tables  []TableProgress // in the order of the plan
	Rows    int64
	Bytes   int64 // of COPY text
	Elapsed time.Duration
	Share   float64       // of the work, from 0 to 1, by the size of the tables
	ETA     time.Duration // 0 while unknown, and at the end
	Done    bool
}

// TableProgress is how far one table has got.
type TableProgress struct {
	Name      string
	Rows      int64
	Bytes     int64
	Estimated int64 // rows in all, by the server's statistics; -1 unknown
	Done      bool
}

// meter counts while workers copy.
type meter struct {
	mu      sync.Mutex
	started time.Time
	tables  []TableProgress
	open    []int     // tasks left, by table
	weight  []float64 // bytes in the table's file, by table
	covered []float64 // of these, in finished tasks
}

func newMeter(plan []CopyTable, sizes []tableSize, tasks []task) *meter {
	m := &meter{
		started: time.Now(), tables: make([]TableProgress, len(plan)), open: make([]int, len(plan)),
		weight: make([]float64, len(plan)), covered: make([]float64, len(plan)),
	}
	for i, t := range plan {
		m.tables[i] = TableProgress{Name: t.Name, Estimated: sizes[i].rows}
		m.weight[i] = float64(sizes[i].bytes) + 1 // so that an empty table counts a little
	}
	for _, t := range tasks {
		m.open[t.index]++
	}
	return m
}

func (m *meter) add(t task, rows, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tables[t.index].Rows += int64(rows)
	m.tables[t.index].Bytes += int64(bytes)
}

func (m *meter) finish(t task) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.covered[t.index] += float64(t.bytes)
	if m.open[t.index]--; m.open[t.index] == 0 {
		m.tables[t.index].Done = true
	}
}

// snapshot is the progress now.
func (m *meter) snapshot() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Progress{Tables: slices.Clone(m.tables), Elapsed: time.Since(m.started), Done: true}
	var done, all float64
	for i, t := range p.Tables {
		p.Rows += t.Rows
		p.Bytes += t.Bytes
		p.Done = p.Done && t.Done
		all += m.weight[i]
		done += m.weight[i] * m.share(i)
	}
	if p.Share = 1; all > 0 {
		p.Share = done / all
	}
	if p.Share > 0.01 && !p.Done {
		p.ETA = time.Duration(float64(p.Elapsed) * (1 - p.Share) / p.Share).Round(time.Second)
	}
	return p
}

// share is how much of a table is copied: by finished parts, or by rows where
// the server has an estimate, whichever is more.
func (m *meter) share(i int) float64 {
	t := m.tables[i]
	if t.Done {
		return 1
	}
	share := m.covered[i] / m.weight[i]
	if t.Estimated > 0 {
		share = max(share, float64(t.Rows)/float64(t.Estimated))
	}
	return min(share, 0.99)
}

// report calls progress now and then until stop, and once more then.
func (m *meter) report(stop <-chan struct{}, every time.Duration, progress func(Progress)) {
	if progress == nil {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			progress(m.snapshot())
		case <-stop:
			progress(m.snapshot())
			return
		}
	}
}

// sortTasks puts large tasks first.
func sortTasks(tasks []task) {
	slices.SortStableFunc(tasks, func(a, b task) int { return cmp.Compare(b.bytes, a.bytes) })
}
