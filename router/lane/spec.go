package lane

import (
	"slices"

	"github.com/odoobridge/odoobridge/internal/config"
)

// The firehose lane publishes every event to the exchange of that name. No
// channel may be called so: a configured name has no dot.
const (
	firehoseChannel = "odoo.events"
	firehoseName    = "all"
)

// Spec is one lane: which events it takes, what of them its channel may see,
// when it delivers and where to.
type Spec struct {
	Channel  string
	Name     string
	Entities []string            // nil: all
	Where    map[string][]string // top-level field → any of these values
	Fields   []string            // nil: all
	Pace     config.Pace
	DropOwn  bool   // events that the channel itself caused are not delivered
	Initial  bool   // on the first start, every document is delivered
	Promise  string // free | safe | forecast: what available of a stock level is; "" as Odoo has it
	Buffer   string // decimal: held back of what is promised; "" is 0
	Floor    string // decimal: never promised less; "" is 0
	InFlight string // own | all: what was sold and Odoo does not count yet is taken off; "" or none: not
	Firehose bool   // to the exchange, whole, instead of to a queue
}

// ID is the name that the lane's cursor is kept under.
func (s Spec) ID() string { return s.Channel + "/" + s.Name }

// Topic is the queue that the lane delivers to, or the exchange.
func (s Spec) Topic() string {
	if s.Firehose {
		return firehoseChannel
	}
	return "channel." + s.Channel + "." + s.Name
}

// Specs lists the lanes of the configured channels, and the firehose.
func Specs(channels []config.Channel, firehose bool) []Spec {
	var specs []Spec
	for _, c := range channels {
		for _, l := range c.Lanes {
			specs = append(specs, Spec{
				Channel:  c.Name,
				Name:     l.Name,
				Entities: slices.Clone(l.Entities),
				Where:    l.Where,
				Fields:   slices.Clone(l.Fields),
				Pace:     l.Pace,
				DropOwn:  l.Own == "drop",
				Initial:  c.Initial == "publish",
				Promise:  l.Promise,
				Buffer:   l.Buffer,
				Floor:    l.Floor,
				InFlight: l.InFlight,
			})
		}
	}
	if firehose {
		specs = append(specs, Spec{Channel: firehoseChannel, Name: firehoseName, Firehose: true})
	}
	return specs
}
