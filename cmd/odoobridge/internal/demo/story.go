package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The products and customers the story is about, by their ids in the shop.
const (
	filters  = 6
	bigMug   = 24 // MUG-COP-500: only three are there
	mugStyle = 9  // its template, of four variants
	grace    = 52
	cafe     = 53
	central  = 8 // WH/Stock

	graceAtTheShop = "7001" // the web shop's own id of her
)

// scene is one thing that happens, and what it must make channels hear.
type scene struct {
	title  string
	remark string // printed afterwards
	many   bool   // count what is heard instead of showing it
	act    func(ctx context.Context, s *story) error
}

// story is what has happened so far.
type story struct {
	*demo
	quiet    bool           // commands are sent and answered without a word
	orders   map[string]int // by a name of the story's own: order ids
	pickings map[string]string
	mug      map[string]any // the order that is sent twice

	expected []expectation
	effects  []effect
	asked    int // commands that were sent
	replied  int // answers that came
}

func (d *demo) newStory() *story {
	return &story{demo: d, orders: map[string]int{}, pickings: map[string]string{}}
}

// quietAfter is how long nothing must be heard before a scene is over: conflated lanes take up to a second.
const quietAfter = 1200 * time.Millisecond

// story plays the scenes, each after all have heard the one before.
func (d *demo) story(ctx context.Context) error {
	s := d.newStory()
	for i, scene := range scenes {
		d.say.scene(fmt.Sprintf("%d. %s", i+1, scene.title))
		d.ears.show(kept)
		s.quiet = scene.many
		began := time.Now()
		if err := scene.act(ctx, s); err != nil {
			return err
		}
		acted := time.Since(began)
		if err := d.ears.settle(ctx, s.expected, quietAfter, 20*time.Second); err != nil {
			return err
		}
		heard := d.ears.show(kept)
		if scene.many {
			d.say.counted(heard, acted)
		} else {
			d.say.heard(heard)
		}
		if scene.remark != "" {
			d.say.remark(scene.remark)
		}
	}
	d.expected, d.effects = s.expected, s.effects
	d.asked, d.answered = s.asked, s.replied
	return nil
}

// expect notes that a lane ("webshop.orders") must hear of a subject's key.
func (s *story) expect(lane, kind, key string) { s.expectBy(lane, kind, key, "") }

// expectBy is expect of something that a channel caused.
func (s *story) expectBy(lane, kind, key, by string) {
	entity, _, _ := strings.Cut(kind, ".")
	s.expected = append(s.expected, expectation{"channel." + lane, kindOf(kind, entity+"/"+key, by)})
}

// expectAny notes that a lane must hear of something of a kind, whatever it is called.
func (s *story) expectAny(lane, kind, by string) {
	s.expected = append(s.expected, expectation{"channel." + lane, kindOf(kind, "", by)})
}

// expectLevel notes that every lane with stock must hear of a level.
func (s *story) expectLevel(key, what string) {
	for _, lane := range []string{"webshop.stock", "marketplace.stock", "warehouse.levels"} {
		s.expect(lane, "stock_level."+what, key)
	}
}

// once notes that there must be exactly one such record in Odoo in the end.
func (s *story) once(model, field string, value any) {
	s.effects = append(s.effects, effect{model, field, value})
}

// kindOf names what is heard: a type with or without its subject and who caused it.
func kindOf(kind, subject, by string) string {
	if subject != "" {
		kind += " " + subject
	}
	if by != "" {
		kind += " by " + by
	}
	return kind
}

// variants are the ids of the travel mug's.
var variants = []string{strconv.Itoa(21), strconv.Itoa(22), strconv.Itoa(23), strconv.Itoa(bigMug)}
