package cdc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// fakeServer speaks as much of PostgreSQL's protocol as is needed to say what
// a real server never says.
type fakeServer struct {
	t        testing.TB
	listener net.Listener
	wg       sync.WaitGroup
	refuse   string // answer to the start-up message, if not empty
	backend  int    // the process that serves; 0: the one announced
	stream   func(send func(pgproto3.BackendMessage), b *pgproto3.Backend)

	mu       sync.Mutex
	statuses [][3]uint64 // written, flushed, applied
	starts   []string    // positions at which streaming was asked for
}

func newFakeServer(t testing.TB) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeServer{t: t, listener: l}
	t.Cleanup(func() {
		_ = l.Close()
		f.wg.Wait()
	})
	return f
}

// serve begins to take connections; the server must not be changed after.
func (f *fakeServer) serve() {
	f.wg.Go(func() {
		for {
			conn, err := f.listener.Accept()
			if err != nil {
				return
			}
			f.wg.Go(func() {
				defer func() { _ = conn.Close() }()
				f.talk(conn)
			})
		}
	})
}

func (f *fakeServer) dsn() string {
	return "postgres://u@" + f.listener.Addr().String() + "/odoo?sslmode=disable"
}

const (
	fakePID = 4711
	began   = 0x1000000 // where the fake slot stands
)

func (f *fakeServer) talk(conn net.Conn) {
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	send := func(m pgproto3.BackendMessage) { b.Send(m); _ = b.Flush() }
	if f.refuse != "" {
		send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: f.refuse})
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ParameterStatus{Name: "server_version", Value: "15.4"})
	b.Send(&pgproto3.BackendKeyData{ProcessID: fakePID, SecretKey: []byte{1, 2, 3, 4}})
	send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	for {
		m, err := b.Receive()
		if err != nil {
			return
		}
		q, ok := m.(*pgproto3.Query)
		if !ok {
			return
		}
		if strings.HasPrefix(q.String, "START_REPLICATION") {
			f.mu.Lock()
			f.starts = append(f.starts, strings.Fields(q.String)[4])
			f.mu.Unlock()
			send(&pgproto3.CopyBothResponse{})
			f.stream(send, b)
			return
		}
		f.answer(b, q.String)
		send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	}
}

// started are the positions at which streaming was asked for.
func (f *fakeServer) started() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.starts...)
}

// answer gives one row, by what the question contains.
func (f *fakeServer) answer(b *pgproto3.Backend, sql string) {
	backend := fakePID
	if f.backend != 0 {
		backend = f.backend
	}
	row := []string{}
	switch {
	case strings.Contains(sql, "pg_backend_pid"):
		row = []string{fmt.Sprint(backend)}
	case strings.HasPrefix(sql, "IDENTIFY_SYSTEM"):
		row = []string{"7", "1", "0/5000000", "odoo"}
	case strings.Contains(sql, "pg_database"):
		row = []string{"16384", "f"}
	case strings.Contains(sql, "pg_replication_slots"):
		row = []string{"pgoutput", "odoo", "f", "f", "", "0/1000000", "0/1000000", "0/5000000", "0", "reserved", "-1", "f", "f", "", "f", "f", ""}
	case strings.Contains(sql, "wal_sender_timeout"):
		row = []string{"60000"}
	case strings.Contains(sql, "pg_publication"):
		row = []string{"1"}
	}
	if len(row) > 0 {
		fields, values := make([]pgproto3.FieldDescription, len(row)), make([][]byte, len(row))
		for i, v := range row {
			fields[i], values[i] = pgproto3.FieldDescription{Name: []byte("c"), DataTypeOID: 25}, []byte(v)
		}
		b.Send(&pgproto3.RowDescription{Fields: fields})
		b.Send(&pgproto3.DataRow{Values: values})
	}
	b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
}

// listen keeps the status reports that come until the connection ends.
func (f *fakeServer) listen(b *pgproto3.Backend) {
	for {
		m, err := b.Receive()
		if err != nil {
			return
		}
		data, ok := m.(*pgproto3.CopyData)
		if !ok || len(data.Data) != 34 || data.Data[0] != 'r' {
			continue
		}
		f.mu.Lock()
		f.statuses = append(f.statuses, [3]uint64{binary.BigEndian.Uint64(data.Data[1:]), binary.BigEndian.Uint64(data.Data[9:]),
			binary.BigEndian.Uint64(data.Data[17:])})
		f.mu.Unlock()
	}
}

func xlog(message string) *pgproto3.CopyData {
	return &pgproto3.CopyData{Data: append(append([]byte{'w'}, make([]byte, 24)...), message...)}
}

func keepalive(end uint64, reply byte) *pgproto3.CopyData {
	m := binary.BigEndian.AppendUint64([]byte{'k'}, end)
	return &pgproto3.CopyData{Data: append(append(m, make([]byte, 8)...), reply)}
}

func fakeSource(t testing.TB, f *fakeServer) *Source {
	t.Helper()
	s, err := New(Config{DSN: f.dsn(), Slot: "s", Publication: "pub", StatusInterval: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	quick(&s.timing)
	t.Cleanup(s.Close)
	return s
}

func TestUnknownMessageStopsTheStream(t *testing.T) {
	for name, m := range map[string]pgproto3.BackendMessage{
		"'S'": xlog("S\x00\x00\x00\x01\x01"), // a streamed transaction, which was not asked for
		"'p'": &pgproto3.CopyData{Data: []byte("p\x00\x00")},
		"'T'": &pgproto3.RowDescription{},
	} {
		f := newFakeServer(t)
		f.stream = func(send func(pgproto3.BackendMessage), b *pgproto3.Backend) {
			send(xlog(literalBegin))
			send(xlog(literalRelation))
			send(xlog(literalInsert))
			send(xlog(literalCommit))
			send(m)
			f.listen(b)
		}
		f.serve()
		var rec recorder
		err := start(t, fakeSource(t, f), began, rec.handle).wait()
		var protocol *ProtocolError
		if !errors.As(err, &protocol) || !strings.Contains(err.Error(), name) || !NeedsPerson(err) {
			t.Errorf("%s: Stream: %v", name, err)
		}
	}
}

// Whatever the server says, what it is told is what was confirmed: never 0,
// never a keepalive's end.
func TestStatusCarriesTheConfirmedPositionAlone(t *testing.T) {
	f := newFakeServer(t)
	f.stream = func(send func(pgproto3.BackendMessage), b *pgproto3.Backend) {
		send(xlog(literalBegin))
		send(xlog(literalRelation))
		send(keepalive(0x4000000, 1)) // within a transaction
		send(xlog(literalInsert))
		send(xlog(literalCommit))
		send(keepalive(0x4000000, 1)) // with the transaction in flight
		f.listen(b)
	}
	f.serve()
	s := fakeSource(t, f)
	var rec recorder
	run := start(t, s, began, rec.handle)
	end := uint64(rec.await(t, 1)[0].End)
	told := func() [][3]uint64 { f.mu.Lock(); defer f.mu.Unlock(); return append([][3]uint64(nil), f.statuses...) }
	testkit.Eventually(t, patience, func() bool { return len(told()) >= 5 }, nil)
	for _, st := range told() {
		if st != [3]uint64{began, began, began} {
			t.Fatalf("before anything was confirmed: status %x", st)
		}
	}
	s.Confirm(change.LSN(end))
	want := [3]uint64{end, end, end}
	testkit.Eventually(t, patience, func() bool { all := told(); return all[len(all)-1] == want }, nil)
	run.stop()
	for _, st := range told() {
		if st != want && st != [3]uint64{began, began, began} {
			t.Fatalf("status %x", st)
		}
	}
}

func TestPoolerIsRefused(t *testing.T) {
	old := newFakeServer(t)
	old.refuse = "unsupported startup parameter: replication"
	old.serve()
	var pooler *PoolerError
	if _, err := fakeSource(t, old).Identify(t.Context()); !errors.As(err, &pooler) {
		t.Errorf("a pooler that refuses replication: %v", err)
	}
	passing := newFakeServer(t)
	passing.backend = 99 // another process than announced
	passing.serve()
	if _, err := fakeSource(t, passing).Identify(t.Context()); !errors.As(err, &pooler) {
		t.Errorf("a pooler that passes replication on: %v", err)
	}
}
