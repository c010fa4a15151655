package bridge

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/control"
)

// openControl lets verbs command the bridge until what it returns is called.
// What can be commanded is registered with b.control.Handle once it is there.
func (b *bridge) openControl(ctx context.Context) (closeControl func() error, err error) {
	b.control, err = control.Listen(b.cfg.Store.Path, b.stage.get, b.log)
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	var service errgroup.Group
	service.Go(func() error { return b.control.Serve(serving) })
	return func() error { stop(); return service.Wait() }, nil
}
