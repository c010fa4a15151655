package devenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ownerVariable makes the test binary an owner of servers that waits to be killed.
const ownerVariable = "DEVENV_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		own()
	}
	os.Exit(m.Run())
}

// own starts servers, says their process ids and directories, and waits.
func own() {
	pg, err := StartPostgres(context.Background(), nil)
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	r, err := StartRabbitMQ(context.Background())
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	fmt.Println(pg.proc.cmd.Process.Pid, r.broker.cmd.Process.Pid, r.epmd.cmd.Process.Pid, pg.dir.path, r.dir.path)
	select {}
}

func TestServersDieWithAKilledOwnerAndTheNextStartCleansUp(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	owner.Stderr = os.Stderr
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the owner said nothing: %v", err)
	}
	var pids [3]int
	var dirs [2]string
	if _, err := fmt.Sscan(line, &pids[0], &pids[1], &pids[2], &dirs[0], &dirs[1]); err != nil {
		t.Fatalf("the owner said %q: %v", line, err)
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait() // "killed" is what we want
	for _, pid := range pids {
		awaitDeath(t, pid)
	}
	sweep(os.TempDir())
	for _, dir := range dirs {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there (%v)", dir, err)
		}
	}
}

func awaitDeath(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); alive(pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("process %d outlived its owner", pid)
			return
		}
	}
}

// alive is false for a zombie too, which somebody else has to bury.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
