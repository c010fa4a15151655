// Package apply carries out commands in Odoo: it is the executor of package command.
//
// # What it promises
//
// A command has one effect, whatever happens while it is carried out. Each command is a
// sequence of steps, one call of Odoo each, and every step can be recognised afterwards:
//
//   - What is made gets an external id by load(), which Odoo keeps unique; where Odoo makes
//     records itself (wizards), the channel's id goes into a field that can be searched,
//     or into a text, as a mark that is read exactly. What is not marked yet is known by who made it and by all
//     its lines, never by being new alone.
//   - Verbs are preceded by reading the state and followed by reading it again. What a verb
//     answers proves nothing; what it answers with an action was not done.
//   - Quantities are written as they should be, never as a difference. A
//     relative wish becomes an absolute one in a note, before it is written.
//
// So carrying out a command again after a crash, a time-out or a lost answer reads what is
// there and goes on. An error that leaves open what happened ends the attempt, for long enough
// that Odoo is done with it one way or the other.
//
// # What Odoo is asked
//
// Facts are read through Odoo's API at the moment they are needed: that is fresh,
// sees what the bridge itself wrote, and shows no more than the bridge's user may see. Countries,
// currencies, warehouses and what mappings lead to are remembered for a few minutes.
//
// # What fails how
//
// What Odoo refuses is parked with its reason; what is not there yet is waited for by name
// (command.Outcome.WaitsFor). Busy, unreachable and ambiguous are errors: try again later.
// Carriers, taxes, journals and products are never made.
//
// Rights that the bridge's user lacks in Odoo are asked for by name once Odoo has refused something, since it does not always say
// so; and before the first change where a command needs several groups, so that none is left half done. Rights is the table of them.
//
// # Failpoints
//
// Options.Failpoint is called before and after every step with its name. Tests end the
// attempt there, or kill the process, and count what is in Odoo after the next attempt.
package apply
