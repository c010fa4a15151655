package cdc

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pglogrepl"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// quantColumns is as many columns as Odoo's stock_quant has.
const quantColumns = 23

// quantMessages are the messages of one update of a stock_quant in a
// transaction of its own.
func quantMessages() (relation, begin, update, commit []byte) {
	relation = []byte("R\x00\x00\x40\x01public\x00stock_quant\x00d")
	relation = binary.BigEndian.AppendUint16(relation, quantColumns)
	update = []byte("U\x00\x00\x40\x01N")
	update = binary.BigEndian.AppendUint16(update, quantColumns)
	values := []string{"184467", "1042", "1", "8", "", "", "2026-11-23 07:21:37.123456", "2", "2", "120.00", "5.00", "", "f", "0.0",
		"2026-11-23 07:21:37.123456", "2026-11-24", "WH/Stock/A-17", "1", "", "", "f", "3", "100.00"}
	for i := range quantColumns {
		relation = append(relation, 0)
		relation = append(relation, fmt.Sprintf("column_%d\x00", i)...)
		relation = append(relation, "\x00\x00\x00\x19\xff\xff\xff\xff"...)
		if values[i] == "" {
			update = append(update, 'n')
			continue
		}
		update = append(update, 't')
		update = binary.BigEndian.AppendUint32(update, uint32(len(values[i])))
		update = append(update, values[i]...)
	}
	return relation, []byte(literalBegin), update, []byte(literalCommit)
}

// BenchmarkDecode is the assembler on updates of 23 columns, one to a transaction and many.
func BenchmarkDecode(b *testing.B) {
	for _, size := range []int{1, 1000} {
		b.Run(fmt.Sprintf("transactions of %d", size), func(b *testing.B) {
			relation, begin, update, commit := quantMessages()
			pool := make(batches, 4)
			a := newTestAssembler()
			feed(b, a, string(relation))
			b.SetBytes(int64(len(update)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%size == 0 {
					a.handed = 0
					must(b, a.message(begin))
				}
				must(b, a.message(update))
				if i%size == size-1 {
					must(b, a.message(commit))
					if a.full() || len(a.batch.pieces) > 1000 {
						pool.put(a.take(pool.get()))
					}
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}

// BenchmarkPglogrepl is pglogrepl's parser on the same update, to compare with.
func BenchmarkPglogrepl(b *testing.B) {
	_, _, update, _ := quantMessages()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pglogrepl.Parse(update); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDrain reads a backlog from a real server with a handler that does
// nothing, in turns with pg_recvlogical on the same log, and reports medians.
// Run it with -benchtime=5x.
func BenchmarkDrain(b *testing.B) {
	for _, size := range []int{1, 1000} {
		b.Run(fmt.Sprintf("transactions of %d", size), func(b *testing.B) {
			backlog := newBacklog(b, size)
			var ours, theirs []time.Duration
			for b.Loop() {
				ours = append(ours, backlog.drain(b, backlog.stream))
				theirs = append(theirs, backlog.drain(b, backlog.recvlogical))
			}
			rate := func(d []time.Duration) float64 {
				slices.Sort(d)
				return float64(backlog.changes) / d[len(d)/2].Seconds()
			}
			b.ReportMetric(rate(ours), "changes/s")
			b.ReportMetric(rate(theirs), "recvlogical-changes/s")
			b.ReportMetric(rate(ours)/rate(theirs), "of-recvlogical")
		})
	}
}

// backlog is a log of updates and a slot before it that never advances.
type backlog struct {
	rig     *rig
	from    change.LSN
	to      change.LSN
	changes int
}

func newBacklog(b *testing.B, size int) *backlog {
	schema := `CREATE TABLE stock_quant (id bigint PRIMARY KEY`
	set := ""
	for i := range quantColumns - 1 {
		schema += fmt.Sprintf(", column_%d text DEFAULT '%d.00'", i, i*17)
	}
	set = `column_3 = i::text`
	r := newRig(b, testkit.Postgres(b), schema+`)`, "stock_quant")
	r.exec(`INSERT INTO stock_quant (id) SELECT generate_series(1, 20000)`)
	bl := &backlog{rig: r, from: r.createSlot(), changes: 100_000}
	r.exec(`SET synchronous_commit = off`)
	if size == 1 {
		r.exec(`CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..n LOOP
			UPDATE stock_quant SET ` + set + ` WHERE id = 1 + i % 20000; COMMIT; END LOOP; END $$`)
		r.exec(fmt.Sprintf(`CALL fill(%d)`, bl.changes))
	} else {
		for first := 0; first < bl.changes; first += size {
			from := first % 20000
			r.exec(fmt.Sprintf(`UPDATE stock_quant SET column_3 = '%d' WHERE id BETWEEN %d AND %d`, first, from+1, from+size))
		}
	}
	r.exec(`SET synchronous_commit = on`)
	r.exec(`UPDATE stock_quant SET column_3 = 'last' WHERE id = 1`)
	bl.to = r.currentWAL()
	return bl
}

// drain times a reader on a slot of its own at the start of the log.
func (bl *backlog) drain(b *testing.B, read func(b *testing.B, slot string)) time.Duration {
	const slot = "drained"
	bl.rig.exec(fmt.Sprintf(`SELECT pg_copy_logical_replication_slot('%s', '%s')`, bl.rig.slot, slot))
	started := time.Now()
	read(b, slot)
	took := time.Since(started)
	testkit.Eventually(b, patience, func() bool {
		_, err := bl.rig.conn.Exec(context.Background(), `SELECT pg_drop_replication_slot('`+slot+`')`)
		return err == nil
	}, nil)
	return took
}

func (bl *backlog) stream(b *testing.B, slot string) {
	s := bl.rig.newSource(func(c *Config, _ *timing) { c.Slot, c.StatusInterval = slot, time.Second })
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := 0
	err := s.Stream(ctx, bl.from, func(_ context.Context, pieces []change.Piece) error {
		for i := range pieces {
			seen += len(pieces[i].Changes)
		}
		if seen > bl.changes {
			cancel()
		}
		return nil
	})
	if err != nil || seen != bl.changes+1 {
		b.Fatalf("%d changes came: %v", seen, err)
	}
}

// recvlogical finds the tool beside the newest server there is.
func (bl *backlog) recvlogical(b *testing.B, slot string) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_recvlogical")
	if len(found) == 0 {
		b.Skip("pg_recvlogical is not installed")
	}
	cmd := exec.Command(found[len(found)-1], "--dbname", bl.rig.dsn, "--slot", slot, "--start", "--file", os.DevNull, "--no-loop",
		"--option", "proto_version=1", "--option", "publication_names=pub", "--startpos", bl.from.String(), "--endpos", bl.to.String(),
		"--fsync-interval", "0", "--status-interval", "0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("pg_recvlogical: %v\n%s", err, bytes.TrimSpace(out))
	}
}
