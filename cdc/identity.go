package cdc

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pglogrepl"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Identity tells one database from every other.
type Identity struct {
	SystemID      string // of the cluster, fixed at initdb; copies share it
	Timeline      int32  // counts promotions and restores
	Database      string
	DatabaseOID   uint32
	ServerVersion int // as server_version_num: 150004
}

// Identify asks the server who it is. It needs the role's REPLICATION
// attribute, as streaming does.
func (s *Source) Identify(ctx context.Context) (Identity, error) {
	conn, err := s.connectReplication(ctx)
	if err != nil {
		return Identity{}, err
	}
	defer conn.close()
	id, _, err := identify(ctx, conn)
	return id, err
}

// errRecovery is no reason to give up while streaming: a primary that starts
// again is in recovery for a while, and a standby becomes one when promoted.
var errRecovery = errors.New("the server is in recovery: it is a standby, or has not finished starting; " +
	"the log is read from the primary")

// identify asks on a replication connection; it returns the end of the
// server's flushed log too. In recovery that would be how far it was replayed: whether
// the recovery is over is asked first, for it may end at any moment.
func identify(ctx context.Context, conn *replConn) (Identity, change.LSN, error) {
	rows, err := queryText(ctx, conn.PgConn, `SELECT oid, pg_is_in_recovery() FROM pg_database WHERE datname = current_database()`)
	if err != nil {
		return Identity{}, 0, fmt.Errorf("identify the database: %w", err)
	}
	if len(rows) != 1 {
		return Identity{}, 0, unexpected("identify the database", rows)
	}
	if rows[0][1] == "t" {
		return Identity{}, 0, errRecovery
	}
	sys, err := pglogrepl.IdentifySystem(ctx, conn.PgConn)
	if err != nil {
		return Identity{}, 0, fmt.Errorf("identify the server: %w", err)
	}
	oid, err := strconv.ParseUint(rows[0][0], 10, 32)
	if err != nil {
		return Identity{}, 0, fmt.Errorf("identify the database: %w", err)
	}
	return Identity{
		SystemID: sys.SystemID, Timeline: sys.Timeline, Database: sys.DBName,
		DatabaseOID: uint32(oid), ServerVersion: serverVersion(conn.PgConn),
	}, change.LSN(sys.XLogPos), nil
}
