package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	amqp "github.com/rabbitmq/amqp091-go"
	"golang.org/x/sync/errgroup"
)

// statusEvery is how often the pass-through reports its position.
const statusEvery = 100 * time.Millisecond

// passThrough is the least that a change-data-capture bridge can be: it decodes
// row changes, publishes each as a small JSON, and confirms a transaction's
// position once the broker has confirmed its messages. It remembers nothing.
type passThrough struct {
	conn      *pgconn.PgConn
	publisher rowPublisher
	queue     string
	confirmed atomic.Uint64 // end of the last transaction all of whose messages are confirmed
	rows      rowEncoder
	time      time.Time // of the commit being read
}

// rowPublisher is how a row publisher publishes. finish is called when no more
// comes, and makes confirm return.
type rowPublisher interface {
	publish(ctx context.Context, queue string, m amqp.Publishing) error
	afterwards(ctx context.Context, then func()) error // once all that was published before is confirmed
	confirm(ctx context.Context) error
	finish()
	close() error
}

// runPassThrough streams a slot into a queue until ctx ends.
func runPassThrough(ctx context.Context, dsn, slot, amqpURL, queue string) error {
	publisher, err := openPublisher(amqpURL)
	if err != nil {
		return err
	}
	return streamRows(ctx, dsn, slot, queue, publisher)
}

// streamRows is what all row publishers do alike.
func streamRows(ctx context.Context, dsn, slot, queue string, publisher rowPublisher) error {
	defer func() { _ = publisher.close() }()
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("connection string: %w", err)
	}
	config.RuntimeParams["replication"] = "database"
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	options := pglogrepl.StartReplicationOptions{PluginArgs: []string{"proto_version '1'", "publication_names '" + publication + "'"}}
	if err := pglogrepl.StartReplication(ctx, conn, slot, 0, options); err != nil {
		return fmt.Errorf("start replication: %w", err)
	}
	p := &passThrough{conn: conn, publisher: publisher, queue: queue, rows: rowEncoder{relations: map[uint32]*pglogrepl.RelationMessage{}}}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer publisher.finish(); return p.read(ctx) })
	group.Go(func() error { return publisher.confirm(ctx) })
	group.Go(func() error { return p.report(ctx) })
	return group.Wait()
}

// read takes messages until the connection is closed under it.
func (p *passThrough) read(ctx context.Context) error {
	frontend := p.conn.Frontend()
	for {
		message, err := frontend.Receive()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		switch m := message.(type) {
		case *pgproto3.CopyData:
			if err := p.copied(ctx, m.Data); err != nil {
				return err
			}
		case *pgproto3.ErrorResponse:
			return fmt.Errorf("read the stream: %w", pgconn.ErrorResponseToPgError(m))
		}
	}
}

func (p *passThrough) copied(ctx context.Context, data []byte) error {
	switch data[0] {
	case pglogrepl.XLogDataByteID:
		const header = 1 + 3*8
		return p.take(ctx, data[header:])
	case pglogrepl.PrimaryKeepaliveMessageByteID:
		// All that was committed before has been sent before.
		end := binary.BigEndian.Uint64(data[1:])
		return p.publisher.afterwards(ctx, func() { p.confirmed.Store(end) })
	}
	return nil
}

func (p *passThrough) take(ctx context.Context, data []byte) error {
	parsed, err := pglogrepl.Parse(data)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	switch m := parsed.(type) {
	case *pglogrepl.RelationMessage:
		p.rows.relations[m.RelationID] = m
	case *pglogrepl.BeginMessage:
		p.time = m.CommitTime
		p.rows.begin(m.CommitTime)
	case *pglogrepl.InsertMessage:
		return p.row(ctx, m.RelationID, m.Tuple)
	case *pglogrepl.UpdateMessage:
		return p.row(ctx, m.RelationID, m.NewTuple)
	case *pglogrepl.DeleteMessage:
		return p.row(ctx, m.RelationID, m.OldTuple)
	case *pglogrepl.CommitMessage:
		return p.publisher.afterwards(ctx, func() { p.confirmed.Store(uint64(m.TransactionEndLSN)) })
	}
	return nil
}

func (p *passThrough) row(ctx context.Context, relation uint32, tuple *pglogrepl.TupleData) error {
	body, err := p.rows.encode(relation, tuple)
	if err != nil {
		return err
	}
	return p.publisher.publish(ctx, p.queue, amqp.Publishing{
		ContentType: "application/json", DeliveryMode: amqp.Persistent, Timestamp: p.time, Body: body,
	})
}

// report tells the server how far we are. It writes to the connection itself,
// because the reader is waiting on it; a message is one write.
func (p *passThrough) report(ctx context.Context) error {
	tick := time.NewTicker(statusEvery)
	defer tick.Stop()
	for {
		if _, err := p.conn.Conn().Write(standbyStatus(p.confirmed.Load())); err != nil {
			return fmt.Errorf("report the position: %w", err)
		}
		select {
		case <-ctx.Done():
			return p.conn.Conn().Close() // wakes the reader
		case <-tick.C:
		}
	}
}

// standbyStatus is the message as it goes over the wire.
func standbyStatus(lsn uint64) []byte {
	body := []byte{pglogrepl.StandbyStatusUpdateByteID}
	for range 3 { // written, flushed, applied
		body = binary.BigEndian.AppendUint64(body, lsn)
	}
	body = binary.BigEndian.AppendUint64(body, 0) // the server does not look at our clock
	body = append(body, 0)
	message := append([]byte{'d'}, binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))...)
	return append(message, body...)
}
