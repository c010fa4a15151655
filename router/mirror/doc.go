// Package mirror holds the tailed tables' mapped columns as rows, as of a
// point in the log.
//
// # What it promises
//
//   - After every change has been applied, a row reads exactly as Odoo's table
//     held it at that point: values that were not sent because they are stored
//     out of line and did not change keep their previous value.
//   - Sums are the sums of the rows, at a cost per change that does not depend
//     on how many rows there are.
//   - Nothing is asked of Odoo's database.
//
// # How it works
//
// Rows are kept in COPY text format: small reference tables in memory, the
// others in the store behind a bounded cache. Changes are collected until
// Flush turns them into one store.Batch; several changes of one row become one write.
//
// # What fails how
//
// A mapped column that the server no longer sends is a *MissingColumnError. A value that was not
// sent of a row that was never seen is a *MissingRowError. Both mean that documents
// would be wrong, so applying stops. Failed reads are kept and returned by Err, because
// entity builders are pure and have nowhere to return them.
package mirror
