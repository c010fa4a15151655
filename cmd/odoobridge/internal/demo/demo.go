package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/devenv"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// Options say what is shown, and by what.
type Options struct {
	// RunBridge is the bridge on a configuration file, until ctx ends.
	RunBridge func(ctx context.Context, configPath string) error
	// Verb runs another of the command line's verbs with that file, and gives what it printed.
	Verb    func(ctx context.Context, configPath string, args ...string) (string, error)
	Out     io.Writer
	Colour  bool
	OdooDSN string        // a real Odoo's database to watch; "" plays the story
	For     time.Duration // 0: the story once; else random orders for so long. With OdooDSN: how long to watch
	Stay    bool          // keep all running after the story until ctx ends
}

// watchByDefault is how long a real database is watched when nobody says.
const watchByDefault = 2 * time.Minute

// ErrIncomplete says that a channel heard something twice or never.
var ErrIncomplete = errors.New("the channels did not hear everything exactly as it happened")

// Run plays the demo to its end, or until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	d := &demo{Options: o, say: &printer{out: o.Out, colour: o.Colour}}
	if d.dir, err = os.MkdirTemp("", "odoobridge-demo-"); err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.dir)) }()
	if err := d.startServers(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stopServers()) }()
	return d.withBridge(ctx, d.play)
}

// demo is one run.
type demo struct {
	Options
	say    *printer
	dir    string
	pg     *devenv.Postgres // nil with OdooDSN
	rabbit *devenv.RabbitMQ
	shop   *shop // nil with OdooDSN
	ears   *ears
	desk   *desk
	config string // the bridge's configuration file
	bridge string // where it serves HTTP

	expected        []expectation // what must have been heard in the end
	effects         []effect      // what must be in Odoo then
	asked, answered int           // commands, and their answers
}

// withBridge runs the bridge and the channels' consumers around fn.
func (d *demo) withBridge(ctx context.Context, fn func(context.Context) error) (err error) {
	path, err := d.writeConfig()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	bridge, bctx := errgroup.WithContext(ctx)
	bridge.Go(func() error {
		if err := d.RunBridge(bctx, path); err != nil {
			return fmt.Errorf("the bridge: %w", err)
		}
		if ctx.Err() == nil {
			return errors.New("the bridge ended by itself")
		}
		return nil
	})
	defer func() { // the consumers have ended by now; the bridge goes after them
		ended := bctx.Err() != nil
		stop()
		err = errors.Join(cause(ended, bridge.Wait(), err), d.dropSlot(context.WithoutCancel(ctx)))
	}()
	if err := d.awaitReady(bctx); err != nil {
		return err
	}
	d.say.channels(channels)
	return d.listen(bctx, fn)
}

// cause is why a run ended: what ran in the background, if that ended first,
// for then the foreground's error only followed from it.
func cause(backgroundEnded bool, background, foreground error) error {
	if backgroundEnded && background != nil {
		return background
	}
	return errors.Join(foreground, background)
}

// listen has every queue consumed while fn runs.
func (d *demo) listen(ctx context.Context, fn func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	consumers, cctx := errgroup.WithContext(ctx)
	d.ears = newEars(d.say)
	for _, l := range lanesOf(channels) {
		if err := d.awaitQueue(cctx, l); err != nil {
			return err
		}
		consumers.Go(func() error { return d.ears.listen(cctx, d.rabbit.URL(""), l) })
	}
	if d.shop != nil {
		if err := d.openDesk(cctx, consumers); err != nil {
			return err
		}
		defer d.desk.send.Close() //nolint:errcheck // everything sent was confirmed
	}
	err := fn(cctx)
	ended := cctx.Err() != nil
	stop()
	return cause(ended, consumers.Wait(), err)
}

// openDesk has channels send commands and hear the answers.
func (d *demo) openDesk(ctx context.Context, consumers *errgroup.Group) (err error) {
	d.desk = &desk{answers: map[string][]*answer{}}
	if d.desk.send, err = outboundtest.NewSender(d.rabbit.URL("")); err != nil {
		return err
	}
	for _, c := range channels {
		if c.commands != nil {
			consumers.Go(func() error { return d.desk.listen(ctx, d.rabbit.URL(""), c.name) })
		}
	}
	return nil
}

// awaitQueue waits until the bridge has declared a lane's queue: lanes open
// one after the other.
func (d *demo) awaitQueue(ctx context.Context, l lane) error {
	return every(ctx, 50*time.Millisecond, time.Minute, "the queue "+l.queue(), func() bool {
		_, err := outboundtest.Depth(d.rabbit.URL(""), l.queue())
		return err == nil
	})
}

// play is what happens once everybody listens.
func (d *demo) play(ctx context.Context) error {
	if d.OdooDSN != "" {
		return d.watch(ctx)
	}
	act := d.story
	if d.For > 0 {
		act = d.soak
	}
	if err := act(ctx); err != nil {
		return err
	}
	if err := d.sumUp(ctx); err != nil || !d.Stay {
		return err
	}
	return d.stay(ctx)
}
