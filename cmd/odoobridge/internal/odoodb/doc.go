// Package odoodb asks Odoo's database, over an ordinary connection, for the few
// facts that the bridge needs beside the tailed tables: which release it is,
// which columns its tables have, who it is, and which users the channels write as.
//
// It reads system catalogues, ir_module_module, res_users (id, login) and, of
// ir_config_parameter, the database's identity alone, through the view
// odoobridge_identity where the DBA made one.
package odoodb
