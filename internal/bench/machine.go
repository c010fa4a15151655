package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// describeMachine says on what all was measured.
func describeMachine(ctx context.Context, l *lab) (*section, error) {
	db, err := l.newDatabase(ctx, "bench_machine")
	if err != nil {
		return nil, err
	}
	var server string
	if err := db.conn.QueryRow(ctx, `SELECT current_setting('server_version')`).Scan(&server); err != nil {
		return nil, fmt.Errorf("ask for PostgreSQL's version: %w", err)
	}
	if err := db.drop(ctx, l); err != nil {
		return nil, err
	}
	broker, err := l.rabbit.Ctl(ctx, "version")
	if err != nil {
		return nil, err
	}
	flush, err := flushTime(l.path("flush"))
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"", ""}}
	t.add("CPU", fmt.Sprintf("%d × %s", runtime.NumCPU(), cpuModel()))
	t.add("memory", mebibytes(totalMemory()))
	t.add("write and fdatasync of 8 KiB, median", milliseconds(flush)+" ms")
	t.add("PostgreSQL", strings.Fields(server)[0]+", fsync on, autovacuum off while measuring, otherwise its defaults but 512 MB of shared buffers")
	t.add("RabbitMQ", strings.TrimSpace(broker)+", one node, quorum queues")
	t.add("Go", strings.TrimPrefix(runtime.Version(), "go"))
	t.add("date", time.Now().UTC().Format(time.DateOnly))
	return &section{title: "Machine", intro: "All of it on one machine: PostgreSQL, RabbitMQ, bridge and consumer share its cores.", tables: []table{t}}, nil
}

func cpuModel() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(raw)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func totalMemory() float64 {
	raw, _ := os.ReadFile("/proc/meminfo")
	var kib float64
	_, _ = fmt.Sscanf(string(raw), "MemTotal: %f kB", &kib)
	return kib * 1024
}

// flushTime is the median time of making a small write durable.
func flushTime(path string) (time.Duration, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	defer func() { _ = f.Close() }()
	page := make([]byte, 8192)
	var all latencies
	for range 200 {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, fmt.Errorf("measure the disk: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("measure the disk: %w", err)
		}
		all = append(all, time.Since(began))
	}
	return all.quantile(0.5), nil
}
