package main

import (
	"os"
	"testing"
)

func TestCPUTimeIsReadBehindAnyProgramName(t *testing.T) {
	const line = "4242 (a (strange) name 1 2 3) S 1 4242 4242 0 -1 4194304 100 0 0 0 1234 66 0 0 20 0 9 0 5000 100 200"
	got, err := parseCPU(line)
	if err != nil || got != 13 {
		t.Errorf("%v, %v; want 13 seconds", got, err)
	}
	if _, err := parseCPU("4242 (short) S 1"); err == nil {
		t.Error("a line cut short was read")
	}
}

func TestMemoryIsReadInBytes(t *testing.T) {
	got, err := parseMemory("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nThreads:\t1\n")
	if err != nil || got != (memory{now: 1 << 20, peak: 2 << 20}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := parseMemory("Name:\tzombie\n"); err == nil {
		t.Error("a process without memory was measured")
	}
}

func TestOurOwnUsageCanBeRead(t *testing.T) {
	if _, err := cpuSeconds(os.Getpid()); err != nil {
		t.Error(err)
	}
	m, err := memoryOf(os.Getpid())
	if err != nil || m.now == 0 || m.peak < m.now {
		t.Errorf("%+v, %v", m, err)
	}
}
