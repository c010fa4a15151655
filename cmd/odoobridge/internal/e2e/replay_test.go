package e2e

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/router/jobs"
)

// verb runs a verb against the bridge's configuration and returns what it prints and its exit code.
func (p *process) verb(args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	cmd := exec.Command(p.program, append(args, "--config", p.config)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestVerbsReplayAndPublishIntoARunningBridge goes through the built program, its
// control socket and a real broker; a kill in the middle of the replay does not end it.
func TestVerbsReplayAndPublishIntoARunningBridge(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: stockOnly})
	if _, said, code := p.verb("replay", "--list"); code != 1 || !strings.Contains(said, "no bridge runs on") {
		t.Errorf("without a bridge: exit %d, %s", code, said)
	}
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	shop.atLeast(200)
	n := shop.end()
	queue.waitFor(n)
	lane := []string{"--channel", "golden", "--lane", "all"}
	preview, said, code := p.verb(append([]string{"replay", "--from", "1h", "--dry-run", "--json"}, lane...)...)
	var would jobs.Preview
	if err := json.Unmarshal([]byte(preview), &would); err != nil || code != 0 || would.Events != int64(n) {
		t.Fatalf("preview of %d events: %+v, exit %d, %v %s", n, would, code, err, said)
	}
	if _, said, code := p.verb(append([]string{"replay", "--from", "1h", "--rate", "100", "--detach"}, lane...)...); code != 0 {
		t.Fatalf("replay: exit %d, %s", code, said)
	}
	p.kill()
	p.run()
	testkit.Eventually(t, patience, func() bool {
		out, _, _ := p.verb("replay", "--list", "--json")
		var list []jobs.Job
		return json.Unmarshal([]byte(out), &list) == nil && len(list) == 1 && list[0].State == jobs.Done
	}, nil)
	testkit.Eventually(t, patience, func() bool { return queue.repeated() >= n }, nil)
	if out, said, code := p.verb(append([]string{"publish", "--entity", "stock_level", "--key", "17/1"}, lane...)...); code != 0 || !strings.Contains(out, "done: 1 deliveries") {
		t.Errorf("publish: exit %d, %s%s", code, out, said)
	}
	queue.waitFor(n + 1)
	if last := queue.from(n)[0]; last.Type != "stock_level.snapshot" || last.Subject != "stock_level/17/1" {
		t.Errorf("published %s", last.line())
	}
	if out, said, code := p.verb("parked", "list"); code != 0 || !strings.Contains(out, "nothing is parked") {
		t.Errorf("parked: exit %d, %s%s", code, out, said)
	}
}
