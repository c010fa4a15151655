package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/config"
)

func TestErrorsCarryTheirExitCode(t *testing.T) {
	stopped, stop := context.WithCancel(context.Background())
	stop()
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, exitFine},
		{errors.New("no"), exitFailed},
		{fmt.Errorf("load: %w", config.Errors{{What: "x"}}), exitUsage},
		{fmt.Errorf("more: %w", usage(errors.New("x"))), exitUsage},
		{needsPerson(errors.New("x")), exitPerson},
		{fmt.Errorf("stream: %w", &cdc.SlotLostError{}), exitPerson},
		{fmt.Errorf("run: %w", context.Canceled), exitFine},
		{cutShort(stopped, errors.New("x")), exitAborted},
		{cutShort(context.Background(), errors.New("x")), exitFailed},
		{quietly(exitFailed), exitFailed},
	} {
		if got := exitCode(tc.err); got != tc.want {
			t.Errorf("exitCode(%v) = %d, want %d", tc.err, got, tc.want)
		}
	}
}

// stuck is a process that waits for a server which takes connections and never answers.
func stuck(t *testing.T) (*exec.Cmd, net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	dir := t.TempDir()
	text := fmt.Sprintf("postgres: {dsn: \"postgres://b@%s/x?sslmode=disable\"}\nrabbitmq: {url: \"amqp://mq\"}\n", listener.Addr())
	file := filepath.Join(dir, "odoobridge.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "check", "--config", file)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return cmd, conn
}

func TestAVerbThatIsStoppedDoesNotSayYes(t *testing.T) {
	cmd, _ := stuck(t)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitAborted {
		t.Errorf("ended with %v, want exit code %d", err, exitAborted)
	}
}

func TestTheSecondSignalAbortsAtOnce(t *testing.T) {
	aborted := make(chan int, 1)
	ctx, stop := stopOnSignal(context.Background(), func(code int) { aborted <- code })
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	select {
	case code := <-aborted:
		t.Fatalf("the first signal aborts with %d", code)
	default:
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := <-aborted; code != exitAborted {
		t.Errorf("exit code %d, want %d", code, exitAborted)
	}
}
