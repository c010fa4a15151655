package cdc

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// TestAnErrorInMidStreamGoesOnFromTheDurablePosition has the server give up within a
// transaction. What had come of it is forgotten, the stream begins again where the last
// confirmed transaction ended, and nothing comes twice or in part.
func TestAnErrorInMidStreamGoesOnFromTheDurablePosition(t *testing.T) {
	f := newFakeServer(t)
	// The second transaction follows the one of the literals.
	begin := strings.Replace(literalBegin, "\x01\xa2\xb3\xc8", "\x01\xa2\xb4\xc8", 1)
	commit := strings.NewReplacer("\x01\xa2\xb3\xc8", "\x01\xa2\xb4\xc8", "\x01\xa2\xb4\x00", "\x01\xa2\xb5\x00").Replace(literalCommit)
	var mu sync.Mutex
	sessions := 0
	durable := make(chan struct{})
	f.stream = func(send func(pgproto3.BackendMessage), b *pgproto3.Backend) {
		mu.Lock()
		sessions++
		first := sessions == 1
		mu.Unlock()
		if first {
			for _, m := range []string{literalBegin, literalRelation, literalInsert, literalCommit} {
				send(xlog(m))
			}
			<-durable
			send(xlog(begin))
			send(xlog(literalInsert))
			send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "XX000", Message: "could not find record"})
			return
		}
		for _, m := range []string{begin, literalRelation, literalInsert, commit} {
			send(xlog(m))
		}
		f.listen(b)
	}
	f.serve()
	s := fakeSource(t, f)
	var lost disconnections
	s.cfg.Hooks.Disconnected = lost.hook
	var rec recorder
	start(t, s, began, confirming(s, rec.handle))
	end := rec.await(t, 1)[0].End
	close(durable)
	errs, _ := lost.await(t, 1)
	var refused *pgconn.PgError
	if !errors.As(errs[0], &refused) || refused.Code != "XX000" {
		t.Errorf("the stream ended with %v", errs[0])
	}
	txs := rec.await(t, 2)
	if len(txs[1].Changes) != 1 || txs[1].End <= end {
		t.Errorf("after the error came %+v", txs[1])
	}
	if from := f.started(); len(from) != 2 || from[1] != end.String() {
		t.Errorf("streaming began at %v, want the second time %s", from, end)
	}
}
