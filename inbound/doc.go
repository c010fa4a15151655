// Package inbound is the way in: commands of channels arrive on RabbitMQ, are
// carried out once, and answered.
//
// # What it promises
//
//   - A message is acknowledged when what becomes of it is durable in the ledger: claimed, or
//     refused with its answer. A process that is killed at any moment has lost nothing, and does nothing twice that
//     its executor can tell.
//   - One id, one effect. The same id again, and the same thing by another id where it
//     can be done once only, is answered as duplicate with the first result.
//   - Commands about the same thing are carried out in the order in which they arrived, one at a time;
//     others at the same time. Orders, stock, customers and finance have workers of their own.
//   - Every command is answered at least once, with the same id each time the same answer is sent.
//   - What is no command stops nothing: it is refused with its reason, and its bytes are kept in the
//     queue commands.dead.
//
// # How it works
//
//	queue ─▶ subscriber ─▶ admit: sender, size, schema, rights ─▶ ledger.Claim ─▶ ack
//	                                    │ no                           │
//	                                    ▼                              ▼
//	                              ledger.Refuse              ledger.Take ─▶ Executor ─▶ ledger.Settle
//	                                    │                                                 │
//	                                    └────────────▶ outbox ◀───────────────────────────┘
//	                                                     ▼ confirms
//	                                    odoo.results, reply_to, commands.dead
//
// A subscription has one session at a time in hand, bounded by bytes (flow): when larger messages come than there is room for, the session
// is given up and the next one has fewer sent at a time. Results have a connection of their own, which alone an alarm
// stops. The broker's word on each is heard: what a queue took is marked, the rest waits and is sent again.
//
// What is carried out is bounded by bytes, too (bodies): a large command is taken when there is room for it.
//
// Messages are handed on in order and many at a time, so that a burst is claimed with few writes to
// the disk. A command is taken, and Odoo asked about it, while the disk still syncs its claim; the acknowledgement and the first
// call that changes something wait for that. A command that comes by
// itself while none is carried out is begun even before (headStarts): Odoo is asked while the claim is written. What is claimed waits in the ledger, not in memory: for what Wake tells of, and once more at the start of Run. The ledger knows which commands hold back which
// others; workers ask it for what is due.
//
// # What fails how
//
//	connection lost             connected again with back-off; unacknowledged messages come again, and are known
//	a queue is another one      its commands wait in it, others go on; it is told which, and what to do
//	ledger full or failing      nothing is acknowledged, nothing overtakes; tried again until it works
//	executor's error            tried again with back-off and jitter; *command.RetryError says when
//	executor panics             tried again; parked as bridge_fault the third time
//	a message panics as it is read  refused as bridge_fault, its bytes kept as a dead letter
//	no end to errors or waits   parked after commands.patience
//	results not confirmed       sent again with the same id; an alarm is waited out
//	no queue takes a result     it waits, others go on; whoever asked for a reply has it and gets no other
//	broker silent               noticed after three heartbeats; a stop does not wait for it
//	replies not permitted       left out; dead letters wait
//	ended in the middle of a call  stopped: the call has a grace, and its end is written down. Killed: the command is marked as
//	                            calling, and executed again when Odoo cannot be at work for it any more (odoo.limit_time_real)
//	begun, and not taken         (sent again, held back) given up: it has only read
//	killed between two steps    the command is executed again, with its notes and one attempt more
package inbound
