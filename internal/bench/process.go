package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// process is a contestant: a child of ours that ends when we do.
type process struct {
	cmd    *exec.Cmd
	output tail
	done   chan struct{} // closed once it has been waited for
	err    error         // valid after done
}

// start runs a program with its output kept.
func start(path string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The signal at the parent's death comes when the thread that forked
		// ends, so this goroutine keeps it for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// wait waits for the process to end by itself.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.stop())
	case <-p.done:
		return p.failure()
	}
}

// stop asks the process to end and waits; one that does not is killed.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.failure()
	case <-time.After(60 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%s did not stop and was killed; its output ends with:\n%s", p.cmd.Path, p.output.String())
	}
}

// failure is why the process ended; a signal of ours is no failure.
func (p *process) failure() error {
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGTERM {
			return nil
		}
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w; its output ends with:\n%s", p.cmd.Path, p.err, p.output.String())
	}
	return nil
}

// cpu is what a process that has ended has used, in seconds.
func (p *process) cpu() float64 {
	return (p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()).Seconds()
}

// ended returns an error when the process is not there any more.
func (p *process) ended() error {
	select {
	case <-p.done:
		return errors.Join(fmt.Errorf("%s ended early; its output ends with:\n%s", p.cmd.Path, p.output.String()), p.err)
	default:
		return nil
	}
}

// tail keeps the last bytes written to it.
type tail struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

const tailBytes = 1 << 20

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept.Write(b)
	if over := t.kept.Len() - tailBytes; over > 0 {
		t.kept.Next(over)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept.String()
}
