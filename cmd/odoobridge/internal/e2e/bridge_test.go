package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// patience is how long a condition may take; it says nothing about speed.
const patience = 90 * time.Second

// process is one odoobridge run.
type process struct {
	t       testing.TB
	program string
	config  string
	address string
	cmd     *exec.Cmd
	log     *testkit.Log
	done    chan error
}

// setup is what a test's bridge is configured with.
type setup struct {
	dsn, amqp, slot string
	channels        string // YAML of the channels
	more            string // further YAML
	store           string // DSN of a shared store
	watched         bool   // by the race detector (doc.go says in which tests)
}

// newProcess writes the configuration; start runs it.
func newProcess(t testing.TB, s setup) *process {
	t.Helper()
	if s.slot == "" {
		s.slot = "odoobridge"
	}
	dir := t.TempDir()
	shared := ""
	if s.store != "" {
		shared = fmt.Sprintf(", dsn: %q", s.store)
	}
	p := &process{t: t, program: program(t, s.watched), config: filepath.Join(dir, "odoobridge.yaml"), address: freeAddress(t), log: &testkit.Log{}}
	text := fmt.Sprintf(`postgres: {dsn: %q, slot: %s, heartbeat: 1s}
rabbitmq: {url: %q, events: false}
store: {path: %q%s}
http: {listen: %q}
log: {level: info, format: json}
channels:
%s
%s`, s.dsn, s.slot, s.amqp, filepath.Join(dir, "store"), shared, p.address, s.channels, s.more)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		p.checkRaces()
		if t.Failed() {
			t.Logf("log of the bridge:\n%s", tailOf(p.log.String()))
		}
	})
	return p
}

// checkRaces looks for what the race detector has reported: a process that is killed has no exit code that tells.
func (p *process) checkRaces() {
	p.t.Helper()
	if _, report, found := strings.Cut(p.log.String(), "WARNING: DATA RACE"); found {
		p.t.Errorf("a data race in the bridge:%.6000s", report)
	}
}

func tailOf(log string) string {
	const most = 12_000
	if len(log) > most {
		return "…" + log[len(log)-most:]
	}
	return log
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only its number was wanted
	return l.Addr().String()
}

// start runs the bridge with the verb, "run" or "resync", and its flags.
func (p *process) start(verb string, flags ...string) {
	p.t.Helper()
	p.cmd = exec.Command(p.program, append([]string{verb, "--config", p.config}, flags...)...)
	p.cmd.Stderr, p.cmd.Stdout = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	cmd, done := p.cmd, make(chan error, 1)
	p.done = done
	go func() { done <- cmd.Wait() }()
}

// ready waits until /readyz says so.
func (p *process) ready() {
	p.t.Helper()
	testkit.Eventually(p.t, patience, func() bool {
		p.alive()
		response, err := http.Get("http://" + p.address + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close() //nolint:errcheck // nothing of it is needed
		return response.StatusCode == http.StatusOK
	}, func() string { return "the bridge is not ready:\n" + tailOf(p.log.String()) })
}

func (p *process) alive() {
	p.t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		p.t.Fatalf("the bridge ended: %v\n%s", err, tailOf(p.log.String()))
	default:
	}
}

func (p *process) run() {
	p.t.Helper()
	p.start("run")
	p.ready()
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	err := <-p.done
	p.done <- err
	p.cmd = nil
}

// wait returns the exit code of a process that ends by itself.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatalf("the bridge does not end:\n%s", tailOf(p.log.String()))
	}
	return -1
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// terminate stops the process as systemd does, and returns its exit code.
func (p *process) terminate() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	code := p.wait()
	p.cmd = nil
	return code
}

// says checks what the process has logged.
func (p *process) says(text string) {
	p.t.Helper()
	if !strings.Contains(p.log.String(), text) {
		p.t.Errorf("the log does not say %q:\n%s", text, tailOf(p.log.String()))
	}
}

// replace changes the configuration.
func (p *process) replace(old, with string) {
	p.t.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(p.config, bytes.ReplaceAll(text, []byte(old), []byte(with)), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// append adds to the configuration.
func (p *process) append(text string) {
	p.t.Helper()
	f, err := os.OpenFile(p.config, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func (p *process) status() (s bridge.Status, err error) {
	response, err := http.Get("http://" + p.address + "/status")
	if err != nil {
		return s, err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	return s, json.NewDecoder(response.Body).Decode(&s)
}

// caughtUp waits until everything up to the position is durable and delivered.
func (p *process) caughtUp(target change.LSN) {
	p.t.Helper()
	var last bridge.Status
	testkit.Eventually(p.t, patience, func() bool {
		p.alive()
		s, err := p.status()
		if err != nil {
			return false
		}
		last = s
		position, err := change.ParseLSN(s.Replication.Position)
		if err != nil || position < target {
			return false
		}
		for _, l := range s.Lanes {
			if l.Backlog > 0 || l.InFlight > 0 || l.State == "loading" || l.State == "starting" {
				return false
			}
		}
		return true
	}, func() string { return fmt.Sprintf("not caught up with %s: %+v", target, last) })
}
