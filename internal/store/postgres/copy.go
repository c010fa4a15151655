package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"
)

// copyRows is COPY's binary form of rows; see "Binary Format" at COPY in
// PostgreSQL's manual. A field is its length and its bytes in network order.
type copyRows []byte

// start begins anew in the same memory.
func (c *copyRows) start() {
	*c = append((*c)[:0], "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
}

func (c *copyRows) row(fields int) {
	*c = binary.BigEndian.AppendUint16(*c, uint16(fields)) //nolint:gosec // a few
}

func (c *copyRows) size(n int) {
	*c = binary.BigEndian.AppendUint32(*c, uint32(n)) //nolint:gosec // a field has less than a GiB
}

func (c *copyRows) null() { c.size(-1) }

func (c *copyRows) int8(n int64) {
	c.size(8)
	*c = binary.BigEndian.AppendUint64(*c, uint64(n)) //nolint:gosec // the same bits
}

func (c *copyRows) int4(n int32) {
	c.size(4)
	*c = binary.BigEndian.AppendUint32(*c, uint32(n)) //nolint:gosec // the same bits
}

func (c *copyRows) bool(b bool) {
	c.size(1)
	*c = append(*c, 0)
	if b {
		(*c)[len(*c)-1] = 1
	}
}

func (c *copyRows) text(s string) {
	c.size(len(s))
	*c = append(*c, s...)
}

// bytes is a text, NULL when it is nil.
func (c *copyRows) bytes(b []byte) {
	if b == nil {
		c.null()
		return
	}
	c.size(len(b))
	*c = append(*c, b...)
}

// epoch is the beginning of PostgreSQL's time.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

func (c *copyRows) time(t time.Time) { c.int8(t.UnixMicro() - epoch) }

// send ends the rows and copies them in the connection's transaction.
func (c *copyRows) send(ctx context.Context, conn *pgx.Conn, sql string) error {
	*c = binary.BigEndian.AppendUint16(*c, 0xffff)
	_, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(*c), sql)
	return err
}
