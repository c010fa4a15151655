package bridge

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// States of APIStatus.
const (
	APINotAsked = "not_asked" // no call was made yet
	APIAnswers  = "answers"
	APIFails    = "fails" // the last calls; the next ones are made
	APIAway     = "away"  // so many of them that calls are held back
)

// APIStatus says how calls to Odoo go, as whichever user they are made.
type APIStatus struct {
	State    string    `json:"state"`
	InFlight int       `json:"calls_in_flight"`
	Answered time.Time `json:"last_answer,omitzero"`
	APITrouble
	// Refused are the users whom Odoo does not let in.
	Refused []APIRefused `json:"refused,omitempty"`
}

// APITrouble is why calls fail, and until when none is made.
type APITrouble struct {
	Since     time.Time `json:"failing_since,omitzero"`
	Failures  int       `json:"failures,omitempty"` // one after the other
	Reason    string    `json:"reason,omitempty"`
	Remedy    string    `json:"remedy,omitempty"`
	Error     string    `json:"error,omitempty"` // of the last call
	HeldUntil time.Time `json:"held_until,omitzero"`
}

// APIRefused is a user whom Odoo does not let in.
type APIRefused struct {
	Channel string `json:"channel"` // whose it is; "" for odoo.login
	APITrouble
}

func (b *bridge) apiStatus() *APIStatus {
	if b.commands == nil {
		return nil
	}
	return b.commands.users.status(time.Now())
}

func (u *users) status(now time.Time) *APIStatus {
	way := u.client.Way()
	s := &APIStatus{State: APIAnswers, InFlight: u.client.InFlight(), Answered: way.Answered, APITrouble: trouble(way, now)}
	switch {
	case way.Open:
		s.State = APIAway
	case way.Failures > 0:
		s.State = APIFails
	case way.Answered.IsZero():
		s.State = APINotAsked
	}
	all := u.all()
	for _, channel := range slices.Sorted(maps.Keys(all)) {
		if login := all[channel].client.Login(); login.Failures > 0 {
			s.Refused = append(s.Refused, APIRefused{channel, trouble(login, now)})
		}
	}
	return s
}

func trouble(s odoo.State, now time.Time) (t APITrouble) {
	if s.Failures == 0 {
		return t
	}
	t.Since, t.Failures, t.Error = s.Failing.UTC(), s.Failures, s.Err.Error()
	t.Reason, t.Remedy = unwelcome(s.Err)
	if s.Open {
		t.HeldUntil = now.Add(s.After).UTC()
	}
	return t
}

// lookEveryUser is how long a call that failed is left to the commands to be made again.
const lookEveryUser = 20 * time.Second

// look asks Odoo now and then while calls fail, until ctx ends, so that what is told of it ends with the trouble, also while there is no
// command.
func (u *users) look(ctx context.Context) {
	_ = every(ctx, lookEveryUser, func(ctx context.Context) error {
		for _, user := range u.all() {
			u.again(ctx, user.client, time.Now())
		}
		return nil
	})
}

// again makes a call as a user whose last one failed some time ago. What comes of it the client keeps, and whoever watches it tells.
func (u *users) again(ctx context.Context, client *odoo.Client, now time.Time) {
	for _, state := range []odoo.State{client.Way(), client.Login()} {
		if state.Failures > 0 && now.Sub(state.Tried) >= lookEveryUser && client.InFlight() == 0 {
			_ = client.Try(ctx)
			return
		}
	}
}
