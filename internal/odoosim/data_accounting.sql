-- What invoices and payments of the small shop need.

INSERT INTO account_journal (id, company_id, code, type, name, sequence, active, invoice_reference_type, invoice_reference_model, refund_sequence, payment_sequence, default_account_id) VALUES
  (1, 1, 'INV', 'sale', '{"en_US": "Customer Invoices"}', 5, true, 'invoice', 'odoo', true, false, 24),
  (6, 1, 'BNK1', 'bank', '{"en_US": "Bank"}', 7, true, 'invoice', 'odoo', false, true, 41),
  (7, 1, 'CSH1', 'cash', '{"en_US": "Cash"}', 10, true, 'invoice', 'odoo', false, true, 42);
INSERT INTO account_payment_term (id, company_id, sequence, discount_days, name, active, display_on_invoice, discount_percentage) VALUES
  (1, NULL, 10, 10, '{"en_US": "Immediate Payment"}', true, true, 2), (2, NULL, 20, 10, '{"en_US": "30 Days"}', true, true, 2);
