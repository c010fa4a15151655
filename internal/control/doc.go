// Package control is how verbs on the command line speak with the bridge that
// runs: HTTP over a Unix socket in the store's folder.
//
// # What it promises
//
//   - Who may write the store's folder may command the bridge, and nobody else: the
//     socket has mode 0600 before it has its name. The TCP port of /metrics commands nothing.
//   - A verb that finds no bridge says so, and where it looked; a socket file that a
//     killed bridge left behind is in nobody's way.
//   - A handler ends when the verb that asked for it goes away, and Serve waits for all handlers.
//
// # How it works
//
// A call is POST /v1/<name> with a JSON body. The answer is JSON, one value a line:
// any number of {"progress": …}, then one {"result": …} or {"error": "…", "exit": n},
// n being the exit code that the verb ends with. A call without that last line was
// cut short. Whoever has something to command registers a [Handler] under a name;
// everything else is the same for all.
//
// The address of a Unix socket has at most 107 bytes. A longer one is reached by way of its
// folder, opened and named through /proc, where there is one; elsewhere it is an error that says so.
package control
