package lane

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeJournal keeps events in memory, as the journal does near its head.
type fakeJournal struct {
	mu     sync.Mutex
	first  int64
	events []*store.Event
	more   chan struct{}
	broken error
}

func newFakeJournal() *fakeJournal { return &fakeJournal{first: 1, more: make(chan struct{})} }

func (j *fakeJournal) append(events ...*store.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range events {
		e.Seq = j.first + int64(len(j.events))
		j.events = append(j.events, e)
	}
	close(j.more)
	j.more = make(chan struct{})
}

func (j *fakeJournal) trim(upTo int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = j.events[upTo-j.first+1:]
	j.first = upTo + 1
}

func (j *fakeJournal) breakWith(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = err
}

func (j *fakeJournal) Read(_ context.Context, after int64, limit int, yield func(*store.Event) bool) error {
	j.mu.Lock()
	if err := j.broken; err != nil {
		j.mu.Unlock()
		return err
	}
	from := max(0, after+1-j.first)
	list := j.events[min(from, int64(len(j.events))):]
	j.mu.Unlock()
	for _, e := range list[:min(limit, len(list))] {
		if !yield(e) {
			return nil
		}
	}
	return nil
}

func (j *fakeJournal) Wait(ctx context.Context, after int64) error {
	for {
		j.mu.Lock()
		more, last := j.more, j.first+int64(len(j.events))-1
		j.mu.Unlock()
		if last > after {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (j *fakeJournal) Bounds() (first, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.first == 1 && len(j.events) == 0 {
		return 0, 0
	}
	return j.first, j.first + int64(len(j.events)) - 1
}

// fakeStore keeps documents and cursors.
type fakeStore struct {
	mu      sync.Mutex
	docs    map[string]store.Document
	cursors map[string]store.Cursor
	saves   int
	broken  error
	onPage  func(entity string) // called before a page is read
}

func newFakeStore() *fakeStore {
	return &fakeStore{docs: map[string]store.Document{}, cursors: map[string]store.Cursor{}}
}

func (s *fakeStore) Documents(_ context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error {
	if s.onPage != nil {
		s.onPage(entity)
	}
	s.mu.Lock()
	var list []store.Document
	for _, d := range s.docs {
		if d.Entity == entity && compareKeys(d.Key, after) > 0 {
			list = append(list, d)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b store.Document) int { return compareKeys(a.Key, b.Key) })
	for _, d := range list[:min(limit, len(list))] {
		if !yield(d) {
			return nil
		}
	}
	return nil
}

func (s *fakeStore) Cursors(context.Context) ([]store.Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.cursors)), s.broken
}

func (s *fakeStore) SaveCursors(_ context.Context, cursors []store.Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	s.saves++
	for _, c := range cursors {
		s.cursors[c.Lane] = c
	}
	return nil
}

func (s *fakeStore) breakWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *fakeStore) countSaves() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves
}

func (s *fakeStore) cursor(lane string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[lane].Seq
}

// received is a message as it lies in a queue.
type received struct {
	id       string
	headers  map[string]string
	at       time.Time
	Type     string
	Subject  string
	Revision int64
	Data     struct {
		Entity  map[string]any
		Changed []string
		Before  map[string]any
	}
}

func (r received) String() string {
	b, _ := json.Marshal(r.Data.Before)
	s := fmt.Sprintf("%s %s %s r%d %v %s", r.id, r.Type, r.Subject, r.Revision, r.Data.Changed, b)
	if n := r.headers[schema.HeaderConflated]; n != "" {
		s += " x" + n
	}
	if v := r.headers[HeaderView]; v != "" {
		s += " " + v
	}
	return s
}

// outcomeKind is what the fake broker does with a message.
type outcomeKind int

const (
	takes     outcomeKind = iota // in the queue, confirmed
	loses                        // not in the queue, not confirmed; the channel with all outstanding is lost
	forgets                      // in the queue, but the confirm is lost with the channel
	withholds                    // in the queue, confirmed when released
)

var errDown = errors.New("the broker is down")

// fakeBroker is a broker and the publishers of the lanes.
type fakeBroker struct {
	mu      sync.Mutex
	queues  map[string][]received
	decide  func(topic string, m *message.Message) outcomeKind
	down    bool
	dead    bool // the process was killed: nothing it does arrives
	waiting map[string][]*message.Message
	sent    int
	window  int
}

func newFakeBroker() *fakeBroker {
	return &fakeBroker{
		queues: map[string][]received{}, waiting: map[string][]*message.Message{}, window: 64,
		decide: func(string, *message.Message) outcomeKind { return takes },
	}
}

func (b *fakeBroker) publisher(Spec) (message.Publisher, error) {
	return &fakePublisher{broker: b, closed: make(chan struct{})}, nil
}

func (b *fakeBroker) setDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// onMessage says what the broker does from now on.
func (b *fakeBroker) onMessage(decide func(topic string, m *message.Message) outcomeKind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decide = decide
}

// release confirms what was withheld.
func (b *fakeBroker) release(topic string) {
	b.mu.Lock()
	list := b.waiting[topic]
	b.waiting[topic] = nil
	b.mu.Unlock()
	for _, m := range list {
		m.Ack()
	}
}

func (b *fakeBroker) queue(topic string) []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.queues[topic])
}

// count is how many messages were sent to the broker.
func (b *fakeBroker) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent
}

func (b *fakeBroker) kill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dead = true
}

type fakePublisher struct {
	broker      *fakeBroker
	mu          sync.Mutex
	outstanding []*message.Message
	lost        bool // the channel; the next Publish opens another
	once        sync.Once
	closed      chan struct{}
}

func (p *fakePublisher) Publish(topic string, msgs ...*message.Message) error {
	for _, m := range msgs {
		if err := p.publish(msgs[0].Context(), topic, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *fakePublisher) publish(ctx context.Context, topic string, m *message.Message) error {
	if p.lost {
		time.Sleep(time.Millisecond) // the round trip that a new channel takes
		p.lost = false
	}
	for p.full() {
		select {
		case <-p.closed:
			return errDown
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b := p.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down || b.dead {
		p.failAll()
		return errDown
	}
	b.sent++
	kind := b.decide(topic, m)
	if kind != loses {
		b.queues[topic] = append(b.queues[topic], decode(m))
	}
	p.mu.Lock()
	p.outstanding = append(p.outstanding, m)
	p.mu.Unlock()
	switch kind {
	case takes:
		m.Ack()
	case withholds:
		b.waiting[topic] = append(b.waiting[topic], m)
	default:
		p.failAll()
		p.lost = true
	}
	return nil
}

func (p *fakePublisher) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outstanding = slices.DeleteFunc(p.outstanding, func(m *message.Message) bool {
		select {
		case <-m.Acked():
			return true
		case <-m.Nacked():
			return true
		default:
			return false
		}
	})
	return len(p.outstanding) >= p.broker.window
}

func (p *fakePublisher) failAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.outstanding {
		m.Nack()
	}
	p.outstanding = nil
}

func (p *fakePublisher) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func decode(m *message.Message) received {
	r := received{id: m.UUID, headers: maps.Clone(m.Metadata), at: time.Now()}
	if err := json.Unmarshal(m.Payload, &r); err != nil {
		panic(fmt.Sprintf("payload of %s: %v", m.UUID, err))
	}
	return r
}

// world is an Odoo that writes a journal, and a bridge around the lanes.
type world struct {
	journal *fakeJournal
	store   *fakeStore
	broker  *fakeBroker
	opts    Options
	lsn     change.LSN
	counted map[string]int64 // revisions, which outlive their documents
}

func newWorld() *world {
	w := &world{journal: newFakeJournal(), store: newFakeStore(), broker: newFakeBroker(), lsn: 0x100, counted: map[string]int64{}}
	return w
}

// running is a set at work.
type running struct {
	set    *Set
	cancel context.CancelFunc
	done   chan error
	world  *world
	broker *fakeBroker
}

func (w *world) start(specs ...Spec) *running {
	opts := w.opts
	opts.Source, opts.Journal, opts.Documents, opts.Cursors = "odoo/test", w.journal, w.store, w.store
	opts.Publisher = w.broker.publisher
	set, err := NewSet(specs, opts)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{set: set, cancel: cancel, done: make(chan error, 1), world: w, broker: w.broker}
	go func() { r.done <- set.Run(ctx) }()
	return r
}

// stop may be called more than once.
func (r *running) stop() error {
	r.cancel()
	err := <-r.done
	r.done <- err
	return err
}

// crash ends the process without any of its last acts: nothing more is
// published or saved.
func (r *running) crash() {
	r.broker.kill()
	r.world.store.breakWith(errors.New("killed"))
	_ = r.stop()
	r.world.store.breakWith(nil)
	queues := r.broker.queues
	r.world.broker = newFakeBroker()
	r.world.broker.queues, r.world.broker.decide, r.world.broker.window = queues, r.broker.decide, r.broker.window
}

type fields map[string]any

// write stores a document and the event of what happened to it.
func (w *world) write(entity string, id int64, what string, doc fields) *store.Event {
	return w.writeAs("", entity, id, what, doc)
}

func (w *world) writeAs(origin, entity string, id int64, what string, doc fields) *store.Event {
	w.lsn += 8
	subject := fmt.Sprintf("%s/%d", entity, id)
	w.store.mu.Lock()
	old, existed := w.store.docs[subject]
	w.counted[subject] = max(w.counted[subject], old.Revision) + 1
	d := store.Document{
		Entity: entity, Key: store.Key{id}, Subject: subject, Revision: w.counted[subject], LSN: w.lsn, Company: 1, Body: canonical(doc),
	}
	if what == whatDeleted {
		d.Body = old.Body
		delete(w.store.docs, subject)
	} else {
		w.store.docs[subject] = d
	}
	w.store.mu.Unlock()
	e := &store.Event{
		Timeline: 1, LSN: w.lsn, Ordinal: 1, XID: uint32(w.lsn), Time: time.Now(), Entity: entity, What: what, Key: d.Key,
		Subject: subject, Revision: d.Revision, Company: 1, Origin: origin, Body: d.Body,
	}
	if what != whatDeleted && existed {
		e.Changed, e.Before = difference(old.Body, d.Body)
	}
	w.journal.append(e)
	return e
}

func canonical(doc fields) []byte {
	if doc == nil {
		doc = fields{}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return b
}

func difference(old, body []byte) (list []string, before []byte) {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(old, &a) != nil || json.Unmarshal(body, &b) != nil {
		panic("not an object")
	}
	previous := map[string]json.RawMessage{}
	for _, n := range slices.Sorted(maps.Keys(a)) {
		if !bytes.Equal(a[n], b[n]) {
			list, previous[n] = append(list, n), a[n]
		}
	}
	for _, n := range slices.Sorted(maps.Keys(b)) {
		if _, had := a[n]; !had {
			list = append(list, n)
		}
	}
	if len(previous) > 0 {
		before, _ = json.Marshal(previous)
	}
	return list, before
}

// lines prints what a queue holds.
func (w *world) lines(topic string) []string {
	var list []string
	for _, r := range w.broker.queue(topic) {
		list = append(list, r.String())
	}
	return list
}
