package pgcheck

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// pooler passes a connection on as PgBouncer does: with a process id of its own making.
func pooler(t *testing.T, upstream string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", upstream)
			if err != nil {
				_ = client.Close()
				continue
			}
			conns.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
			conns.Go(func() { _ = disguise(client, server); _ = client.Close() })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); conns.Wait() })
	return listener.Addr().String()
}

// disguise copies the server's messages and changes the BackendKeyData among them.
func disguise(client io.Writer, server io.Reader) error {
	for {
		header := make([]byte, 5)
		if _, err := io.ReadFull(server, header); err != nil {
			return err
		}
		body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
		if _, err := io.ReadFull(server, body); err != nil {
			return err
		}
		if header[0] == 'K' {
			body[0] ^= 0x40
		}
		if _, err := client.Write(append(header, body...)); err != nil {
			return err
		}
	}
}

func TestAPoolerInBetweenIsNoticed(t *testing.T) {
	pg := testkit.Postgres(t)
	u, err := url.Parse(pg.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]check.Severity{pg.Addr(): check.OK, pooler(t, pg.Addr()): check.Fail} {
		u.Host = address
		query := u.Query()
		query.Set("sslmode", "disable")
		u.RawQuery = query.Encode()
		cfg := config.Defaults()
		cfg.Postgres.DSN = config.Secret(u.String())
		checker, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		found := check.Run(context.Background(), checker.Questions()[:2], nil)
		checker.Close()
		if len(found) != 2 || found[1].Code != "postgres.pooler" || found[1].Severity != want {
			t.Errorf("at %s: %s", address, fmt.Sprint(found))
		}
	}
}
