package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// rooms are the parts of the two rivers. They never import one another: the
// consumer declares what it needs, and cmd joins them.
var rooms = []string{"cdc", "router", "outbound", "inbound"}

// libraries are kept in the rooms that are about them, so that the rest does
// not depend on them. Tests may use any: they look from outside.
var libraries = []struct {
	prefixes []string
	homes    []string
	instead  string
}{
	{
		[]string{"github.com/jackc/pgx/", "github.com/jackc/pglogrepl"},
		[]string{"cdc", "cmd", "internal/testkit", "internal/odoosim", "internal/bench", "internal/store/postgres"},
		"PostgreSQL is cdc's and the shared store's (and the SQL tools' of cmd): declare an interface and let cmd hand it in",
	},
	{
		[]string{"github.com/rabbitmq/amqp091-go", "github.com/ThreeDotsLabs/watermill-amqp/"},
		[]string{"outbound", "inbound", "internal/broker", "internal/bench", "examples"},
		"RabbitMQ is outbound's and inbound's: publish through message.Publisher",
	},
	{
		[]string{"github.com/ThreeDotsLabs/watermill"},
		[]string{"router/lane", "outbound", "inbound", "cmd", "internal/bench"},
		"messages are made by lanes and nowhere before",
	},
	{
		[]string{"modernc.org/sqlite", "zombiezen.com/go/sqlite"},
		[]string{"internal/store"},
		"the database of the store is internal/store's: use its interface",
	},
}

// forbidden says why f may not import the package, or "".
func forbidden(f file, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return forbiddenOurs(f, ours)
	}
	if f.test {
		return ""
	}
	for _, lib := range libraries {
		if within(imported, lib.prefixes...) && !within(f.pkg, lib.homes...) {
			return fmt.Sprintf("only %s may: %s", strings.Join(lib.homes, ", "), lib.instead)
		}
	}
	return ""
}

func forbiddenOurs(f file, imported string) string {
	if imported == "internal/testkit" && !f.test && !within(f.pkg, "internal/testkit") {
		return "testkit is for tests; what is not about tests is in internal/devenv"
	}
	if within(imported, "cmd") && !within(f.pkg, "cmd") {
		return "nothing imports cmd: it is where everything is joined"
	}
	switch {
	case within(f.pkg, "cmd"):
		return ""
	case within(f.pkg, "schema"):
		if !within(imported, "schema") && !(f.test && within(imported, "internal")) {
			return "schema is a leaf: the public contract depends on nothing of ours"
		}
	case within(f.pkg, "internal"):
		if within(imported, rooms...) {
			return "internal is below the rooms: declare an interface here and let cmd hand the room in"
		}
	case within(f.pkg, rooms...):
		return betweenRooms(f, imported)
	}
	return ""
}

// betweenRooms judges an import by a room.
func betweenRooms(f file, imported string) string {
	own := rooms[slices.IndexFunc(rooms, func(room string) bool { return within(f.pkg, room) })]
	if within(imported, rooms...) && !within(imported, own) {
		return "rooms never import one another: declare the few methods needed here and let cmd join them"
	}
	return ""
}

// within says whether a package is one of the trees, or in it.
func within(pkg string, trees ...string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool {
		tree = strings.TrimSuffix(tree, "/")
		return pkg == tree || strings.HasPrefix(pkg, tree+"/")
	})
}
