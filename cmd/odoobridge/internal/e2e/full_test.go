package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// smallDisk is a disk of its own for the store of a bridge that has not begun.
type smallDisk struct {
	t    testing.TB
	path string
}

func newSmallDisk(t testing.TB, p *process) *smallDisk {
	t.Helper()
	d := &smallDisk{t, filepath.Join(filepath.Dir(p.config), "store")}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=128m,mode=0700", "none", d.path).Run(); err != nil { //nolint:gosec // our own folder
		t.Skip("no disk can be mounted here")
	}
	t.Cleanup(func() {
		p.kill()
		if err := exec.Command("umount", d.path).Run(); err != nil { //nolint:gosec // our own folder
			t.Errorf("unmount: %v", err)
		}
	})
	return d
}

func (d *smallDisk) ballast() string { return filepath.Join(d.path, "ballast") }

// fill takes all room but so many bytes, whatever the bridge takes meanwhile.
func (d *smallDisk) fill(left int64) {
	d.t.Helper()
	f, err := os.Create(d.ballast())
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // its size is all that matters
	chunk := make([]byte, 64<<10)
	for {
		var st syscall.Statfs_t
		if err := syscall.Statfs(d.path, &st); err != nil {
			d.t.Fatal(err)
		}
		if int64(st.Bavail)*st.Bsize <= left { //nolint:gosec // a small disk
			return
		}
		if _, err := f.Write(chunk); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *smallDisk) empty() {
	d.t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		d.t.Fatal(err)
	}
}

// TestAFullDiskStopsReadingBeforeItIsFullAndLosesNothing fills the store's disk under load, twice:
// reading stops while some room is left and the status says so, the lane delivers what is journalled, the
// slot is held there, though the bridge be killed and started again, and with room it all goes on by itself.
func TestAFullDiskStopsReadingBeforeItIsFullAndLosesNothing(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newProcess(t, setup{dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: stockOnly})
	disk := newSmallDisk(t, p)
	p.run()
	queue, shop, odoo := listen(t, amqp, allQueue), sell(t, dsn), newPlayer(t, dsn)
	for round := range 2 {
		shop.atLeast(50)
		proxy.Stall()
		shop.atLeast(100)
		disk.fill(1 << 20) // of 128 MiB a fiftieth is to stay free
		p.storeSays("are to stay free")
		stands := odoo.confirmed("odoobridge")
		proxy.Resume()
		p.allDelivered()
		shop.atLeast(100)
		if round == 1 {
			p.kill()
			p.start("run")
			p.storeSays("are to stay free")
		}
		if now := odoo.confirmed("odoobridge"); now != stands {
			t.Errorf("round %d: the slot went from %s to %s while the disk was full", round, stands, now)
		}
		disk.empty()
		p.ready()
		target := odoo.end()
		testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, nil)
	}
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
	p.storeSays("")
}

// TestAStoreAtItsLimitGoesOnByItselfWhenTheLanesHaveDelivered has a store reach store.max_size with
// what the broker does not take: it is told before, and when the broker takes it, nothing is lost.
func TestAStoreAtItsLimitGoesOnByItselfWhenTheLanesHaveDelivered(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newProcess(t, setup{dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: productsOnly})
	p.replace("store: {", "store: {max_size: 64MiB, ")
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	proxy.Stall()
	changes := 0
	change := func(until string) {
		for said := false; !said; {
			changes++
			odoo.exec(fmt.Sprintf(`UPDATE product_template SET name = jsonb_build_object('en_US', repeat('long%d ', 120000))
				WHERE id = (SELECT product_tmpl_id FROM product_product WHERE id = 17)`, changes))
			testkit.Eventually(t, patience, func() bool {
				p.alive()
				s, err := p.status()
				said = strings.Contains(p.log.String(), until)
				return said || err == nil && s.Journal.Last >= int64(changes)
			}, func() string {
				return fmt.Sprintf("change %d is not read, and the log does not say %q", changes, until)
			})
		}
	}
	change("the store fills")
	if said, _, _ := p.verb("status"); !strings.Contains(said, "NEARLY FULL") || strings.Contains(said, "NOT READY: store") {
		t.Errorf("the status of a store that fills:\n%s", said)
	}
	change("the store is full")
	p.storeSays("store is full")
	proxy.Resume()
	p.ready()
	p.caughtUp(odoo.end())
	queue.waitFor(changes)
	for i, e := range queue.from(0) {
		if want := int64(i + 2); e.Revision != want || e.Subject != "product/17" {
			t.Fatalf("event %d is revision %d of %s, want %d of product/17", i, e.Revision, e.Subject, want)
		}
		if !strings.Contains(e.body, fmt.Sprintf(`"long%d `, i+1)) {
			t.Errorf("event %d does not show change %d", i, i+1)
		}
	}
	p.says("there is room in the store again")
	t.Logf("%d changes", changes)
}

// storeSays waits until the status has this, and only for "" nothing, against the store.
func (p *process) storeSays(want string) {
	p.t.Helper()
	said := "nothing"
	testkit.Eventually(p.t, patience, func() bool {
		p.alive()
		s, err := p.status()
		if err != nil {
			return false
		}
		for _, c := range s.Checks {
			if c.Name == telemetry.HealthStore {
				said = c.Reason
				return !c.OK && want != "" && strings.Contains(said, want) || c.OK && want == ""
			}
		}
		return false
	}, func() string { return "the status says of the store: " + said })
}

// allDelivered waits until the lane has delivered all that is journalled.
func (p *process) allDelivered() {
	p.t.Helper()
	testkit.Eventually(p.t, patience, func() bool {
		s, err := p.status()
		return err == nil && s.Lanes[0].Backlog == 0 && s.Lanes[0].InFlight == 0
	}, func() string { return "the lane does not deliver" })
}
