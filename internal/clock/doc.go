// Package clock compares the clocks of two machines by what one of them answered: PostgreSQL's and Odoo's with ours. What it says is certain; what
// lies within the time that the answer took, or within a step of the other clock, it does not tell apart.
package clock
