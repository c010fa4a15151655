// Package outbound is the way out: exchanges and queues at RabbitMQ, and
// publishers behind watermill's message.Publisher.
//
// # What a publisher promises
//
//   - Every message given to Publish is acked or nacked, once. Acked: the broker
//     has confirmed it, and it is in its queue. Nacked: its outcome is unknown;
//     it may be in the queue or not.
//   - Messages are sent, and acked, in the order of Publish. After the first
//     that is nacked, none of the same channel is acked.
//   - A message that no queue takes is never acked, although the broker confirms
//     it. Only what goes to an exchange, to whoever may listen, is acked all the
//     same, and counted.
//   - Publish waits while the window is full or an alarm blocks the connection.
//     Alarms fail nothing, however long they last.
//
// So whoever sends again from the oldest message that was not acked, with the
// same ids, loses nothing, and a consumer that leaves out ids it has seen finds
// the order of Publish. One case is left: when the broker itself refuses one
// message and takes later ones of the same window (a full queue with
// overflow=reject-publish, a queue that an operator declares again within these
// milliseconds), those come before it once; the revision in each message shows it.
//
// # How it works
//
// Each [Publisher] has a connection of its own, which one goroutine (link) keeps
// up: RabbitMQ stops reading a connection when one of its queues does not keep
// up, and that must not reach the other lanes.
//
//	Publish ─▶ encode ─▶ window has room? ─▶ channel ─▶ coalescer ─▶ socket
//	                         ▲                  │ confirmations, returns
//	   acks, nacks ◀── session settles the oldest first
//
// A session is one channel in confirm mode, from opening to the first failure.
// Its goroutine waits for the confirmation of the oldest message, looks whether
// that message came back first (the broker sends the return before the
// confirmation), and acks it. With the first failure it nacks what is left in the
// window, in order, and closes the channel; the next Publish opens another, not before
// the broker has dealt with all of the old one, so that nothing can overtake. A
// broker that does not answer within five seconds is cut off instead.
//
// # What fails how
//
//	no connection                 Publish waits a second, then ErrConnectionLost; reconnects for ever
//	connection or channel lost    all outstanding nacked
//	nack by the broker            all outstanding nacked, ErrNacked
//	returned: no such queue       all outstanding nacked, ErrReturned; before sending again the queue is
//	                              declared (mode declare) or Publish fails until somebody does
//	no confirmation for 30 s      all outstanding nacked, ErrConfirmTimeout; not while blocked
//	message too large, invalid    an error with Permanent() true, once the limit is known on a connection; the others go on
//	memory or disk alarm          Publish waits; Reason is ErrBlocked
//
// [Publisher.Reason] and [Publisher.Status] say what stands in the way.
//
// # Topology
//
// [Wanted] follows from the configuration. [Broker.Setup] declares or verifies
// it, [Broker.Verify] looks at that and everything else before anything runs.
// What exists is never changed: a difference is a [Finding] with its remedy. Each
// question to the broker goes on a channel of its own, because a refusal closes it.
package outbound
