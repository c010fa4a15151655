package verify

import (
	"cmp"
	"context"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
)

// stock is what an applied command says of goods.
type stock struct {
	changes bool // a move of Odoo must say that it is of this command
	moves   bool
	moving  apply.Moving
	counts  bool
	count   apply.Counting
}

func stockOf(c command.Command, record command.Reference, settled time.Time) (s stock) {
	s.changes = apply.Changes(c)
	s.moving, s.moves = apply.MovingOf(c, record)
	s.count, s.counts = apply.CountingOf(c, settled)
	return s
}

// goods looks whether transfers are done with the lots that commands name, and whether what was counted is there, where nothing
// moved since and no move is the count's own.
func (v *Verifier) goods(ctx context.Context, u *user, commands []*known, all *collected) error {
	var moving []apply.Moving
	var counts []apply.Counting
	var movers, counters []*known
	for _, k := range commands {
		if k.stock.moves {
			moving, movers = append(moving, k.stock.moving), append(movers, k)
		}
		if k.stock.counts {
			counts, counters = append(counts, k.stock.count), append(counters, k)
		}
	}
	moved, err := u.x.Moved(ctx, u.channel, moving)
	if err != nil {
		return err
	}
	for i, k := range movers {
		u.tellMoved(k, moved[i], all)
	}
	counted, err := u.x.Counted(ctx, u.channel, counts)
	if err != nil {
		return err
	}
	for i, k := range counters {
		u.tellCounted(k, counted[i], all)
	}
	return nil
}

// tellMoved says what is wrong with a transfer. One that is not there is told of already.
func (u *user) tellMoved(k *known, m apply.Moved, all *collected) {
	c := &k.c
	switch {
	case m.Refused != nil:
		u.notCompared("stock.move.line", all)
	case m.State != "" && m.State != "done":
		all.add(check.Fail, "the channel was told that it is done, and Odoo still has the goods", "was Odoo restored to an earlier moment? Look at the transfer, and validate it in Odoo, or have the channel send the command with a new id",
			"%s, which command %s of %s (%s) says is done, is %s", recordOf(c), c.ID, c.Channel, c.Name, m.State)
	case m.Told != "":
		all.add(check.Warn, "somebody corrected the transfer in Odoo, or its lots are not those that the channel was told", "look which lots went, and correct the transfer if they are the channel's",
			"command %s of %s (%s) names lots that %s has not moved: %s; it has moved %s instead", c.ID, c.Channel, c.Name, recordOf(c), m.Told, cmp.Or(m.Odoos, "none"))
	}
}

func (u *user) tellCounted(k *known, m apply.Counted, all *collected) {
	c := &k.c
	switch {
	case m.Refused != nil:
		u.notCompared("stock.quant", all)
	case m.Known && !m.Same:
		all.add(check.Fail, "the stock is not what the channel was told", "was Odoo restored to an earlier moment? Have the channel count again",
			"Odoo has %s on hand where command %s of %s (%s) counted another quantity, and nothing moved since", m.Now, c.ID, c.Channel, c.Name)
	}
}
