package tail

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestTailShowsEventsAndLeavesNothingBehind plays recordings under a tail.
func TestTailShowsEventsAndLeavesNothingBehind(t *testing.T) {
	recordings := testkit.Recordings(t, "17")
	pg := testkit.Postgres(t)
	dsn := pg.NewOdoo(t, "17")

	var mu sync.Mutex
	var types []string
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	following := make(chan struct{})
	ended := make(chan error, 1)
	said := ""
	go func() {
		ended <- Run(ctx, Options{
			DSN: dsn, Publication: "odoobridge", Workers: 2, Log: slog.New(slog.DiscardHandler),
			Origins: map[string]string{"channel_shopify": "shopify"},
			Say: func(text string) {
				mu.Lock()
				defer mu.Unlock()
				said = text
				if len(text) > 9 && text[:9] == "following" {
					close(following)
				}
			},
			Show: func(e *schema.Event) {
				mu.Lock()
				defer mu.Unlock()
				types = append(types, e.Type()+" "+e.Key+" "+e.Origin)
				t.Log(e.Type(), e.Key, e.Revision, e.Origin, e.Changed, string(e.Before))
			},
		})
	}()
	select {
	case <-following:
	case err := <-ended:
		t.Fatalf("tail ended: %v", err)
	case <-time.After(time.Minute):
		t.Fatalf("tail does not follow: %s", said)
	}
	conn := pg.Connect(t, dsn)
	for _, r := range recordings {
		t.Log("==", r.Number, r.Name)
		for _, tx := range r.SQL {
			if _, err := conn.PgConn().Exec(ctx, tx.String()).ReadAll(); err != nil {
				t.Fatal(err)
			}
		}
	}
	testkit.Eventually(t, time.Minute, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(types) > 0 && types[0] == "customer.created 45 shopify"
	}, nil)
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var left int
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != 0 {
		t.Errorf("%d publications or slots are left behind", left)
	}
}
