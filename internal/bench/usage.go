package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// ticks is how many of /proc's CPU ticks make a second: Linux's USER_HZ.
const ticks = 100

// cpuSeconds is what a process has used so far, in user and system mode.
func cpuSeconds(pid int) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w", pid, err)
	}
	return parseCPU(string(raw))
}

// parseCPU adds fields 14 and 15 of /proc/<pid>/stat. The second field, the
// program's name, may hold anything, so fields are counted behind it.
func parseCPU(stat string) (float64, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const utime, stime = 14 - 3, 15 - 3
	if len(fields) <= stime {
		return 0, fmt.Errorf("unexpected /proc stat line %q", stat)
	}
	user, errUser := strconv.ParseFloat(fields[utime], 64)
	system, errSystem := strconv.ParseFloat(fields[stime], 64)
	if errUser != nil || errSystem != nil {
		return 0, fmt.Errorf("unexpected /proc stat line %q", stat)
	}
	return (user + system) / ticks, nil
}

// memory is the resident set of a process.
type memory struct{ now, peak float64 } // bytes

func memoryOf(pid int) (memory, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	return parseMemory(string(raw))
}

// forgetPeak has the peak of a process begin anew at what it occupies (proc(5), clear_refs).
func forgetPeak(pid int) error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		return fmt.Errorf("forget the peak of process %d: %w", pid, err)
	}
	return nil
}

func parseMemory(status string) (m memory, err error) {
	found := 0
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		if err != nil {
			return memory{}, fmt.Errorf("unexpected /proc status line %q", line)
		}
		found++
		if name == "VmRSS" {
			m.now = kib * 1024
		} else {
			m.peak = kib * 1024
		}
	}
	if found != 2 {
		return memory{}, fmt.Errorf("no VmRSS and VmHWM in /proc status: the process has ended")
	}
	return m, nil
}

// brokerPID asks the broker who it is.
func brokerPID(ctx context.Context, rabbit *devenv.RabbitMQ) (int, error) {
	out, err := rabbit.Ctl(ctx, "eval", `list_to_integer(os:getpid()).`)
	if err != nil {
		return 0, fmt.Errorf("ask for the broker's process id: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		return 0, fmt.Errorf("the broker's process id: %w", err)
	}
	return pid, nil
}

// shares is the CPU time that the parties of one run have used.
type shares struct {
	pids   map[string]int
	before map[string]float64
}

// watch begins to count; a party with process id 0 is left out.
func watch(pids map[string]int) (*shares, error) {
	s := &shares{pids: pids, before: map[string]float64{}}
	for name, pid := range pids {
		if pid == 0 {
			continue
		}
		used, err := cpuSeconds(pid)
		if err != nil {
			return nil, err
		}
		s.before[name] = used
	}
	return s, nil
}

// used returns the seconds since the beginning; a party that has ended meanwhile is left out.
func (s *shares) used() map[string]float64 {
	used := map[string]float64{}
	for name, before := range s.before {
		if now, err := cpuSeconds(s.pids[name]); err == nil {
			used[name] = now - before
		}
	}
	return used
}

// until takes the shares again and again until done, and returns the last ones.
func (s *shares) until(done <-chan struct{}) map[string]float64 {
	latest := s.used()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return latest
		case <-tick.C:
		}
		maps.Copy(latest, s.used())
	}
}
