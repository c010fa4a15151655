-- This takes away what let odoobridge read Odoo 17.0 in the database prod.
-- Nobody looked at the server: this is the whole of it, for an Odoo with Sales, Inventory,
-- Delivery, Invoicing, Payments, Loyalty and Email Marketing.
-- With --admin-dsn, what is there already, or not installed, is left out.
-- Run it as a superuser, connected to it: psql -v ON_ERROR_STOP=1 -d prod -f this.sql

BEGIN;
SET LOCAL lock_timeout = '5s'; -- never make Odoo queue behind us

-- The slot
--   stop the bridge before. From now on the server keeps no log for it
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'odoobridge';

-- What is published
DROP PUBLICATION IF EXISTS odoobridge;

-- Which database this is
DROP VIEW IF EXISTS odoobridge_identity;

-- What it may read
REVOKE SELECT (id, code, create_uid, write_uid, write_date) ON res_country FROM odoobridge;
REVOKE SELECT (id, code, create_uid, write_uid, write_date) ON res_country_state FROM odoobridge;
REVOKE SELECT (id, name, decimal_places, create_uid, write_uid, write_date) ON res_currency FROM odoobridge;
REVOKE SELECT (id, name, currency_id, create_uid, write_uid, write_date) ON res_company FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON res_partner_category FROM odoobridge;
REVOKE SELECT (id, commercial_partner_id, parent_id, company_id, name, is_company, type, email, email_normalized, phone, mobile, vat, ref, lang, street, street2, zip, city, state_id, country_id, active, create_uid, write_uid, write_date) ON res_partner FROM odoobridge;
REVOKE SELECT (category_id, partner_id) ON res_partner_res_partner_category_rel FROM odoobridge;
REVOKE SELECT (id, model, res_id, module, name, create_uid, write_uid, write_date) ON ir_model_data FROM odoobridge;
REVOKE SELECT (id, name, factor, rounding, category_id, create_uid, write_uid, write_date) ON uom_uom FROM odoobridge;
REVOKE SELECT (id, complete_name, parent_path, create_uid, write_uid, write_date) ON product_category FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON product_attribute FROM odoobridge;
REVOKE SELECT (id, name, attribute_id, create_uid, write_uid, write_date) ON product_attribute_value FROM odoobridge;
REVOKE SELECT (id, product_attribute_value_id, attribute_line_id, attribute_id, price_extra, create_uid, write_uid, write_date) ON product_template_attribute_value FROM odoobridge;
REVOKE SELECT (id, name, company_id, categ_id, uom_id, type, tracking, list_price, active, sale_ok, create_uid, write_uid, write_date) ON product_template FROM odoobridge;
REVOKE SELECT (id, product_tmpl_id, default_code, barcode, weight, active, create_uid, write_uid, write_date) ON product_product FROM odoobridge;
REVOKE SELECT (product_product_id, product_template_attribute_value_id) ON product_variant_combination FROM odoobridge;
REVOKE SELECT (id, name, digits, create_uid, write_uid, write_date) ON decimal_precision FROM odoobridge;
REVOKE SELECT (id, name, company_id, currency_id, active, create_uid, write_uid, write_date) ON product_pricelist FROM odoobridge;
REVOKE SELECT (id, pricelist_id, applied_on, product_id, product_tmpl_id, categ_id, compute_price, base, base_pricelist_id, min_quantity, fixed_price, percent_price, price_discount, price_round, price_surcharge, price_min_margin, price_max_margin, date_start, date_end, create_uid, write_uid, write_date) ON product_pricelist_item FROM odoobridge;
REVOKE SELECT (id, product_tmpl_id, product_id, type, active, product_qty, product_uom_id, sequence, company_id, picking_type_id, create_uid, write_uid, write_date) ON mrp_bom FROM odoobridge;
REVOKE SELECT (id, bom_id, product_id, product_qty, product_uom_id, create_uid, write_uid, write_date) ON mrp_bom_line FROM odoobridge;
REVOKE SELECT (mrp_bom_line_id, product_template_attribute_value_id) ON mrp_bom_line_product_template_attribute_value_rel FROM odoobridge;
REVOKE SELECT (id, code, company_id, view_location_id, create_uid, write_uid, write_date) ON stock_warehouse FROM odoobridge;
REVOKE SELECT (id, parent_path, warehouse_id, complete_name, usage, create_uid, write_uid, write_date) ON stock_location FROM odoobridge;
REVOKE SELECT (id, product_id, location_id, quantity, reserved_quantity, create_uid, write_uid, write_date) ON stock_quant FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON stock_lot FROM odoobridge;
REVOKE SELECT (id, code, warehouse_id, create_uid, write_uid, write_date) ON stock_picking_type FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON delivery_carrier FROM odoobridge;
REVOKE SELECT (id, name, company_id, picking_type_id, partner_id, state, origin, scheduled_date, date_done, backorder_id, return_id, sale_id, carrier_id, carrier_tracking_ref, create_uid, write_uid, write_date) ON stock_picking FROM odoobridge;
REVOKE SELECT (id, picking_id, product_id, state, name, description_picking, product_uom_qty, quantity, picked, product_uom, origin_returned_move_id, sale_line_id, location_id, location_dest_id, product_qty, company_id, date, reference, origin, to_refund, create_uid, write_uid, write_date) ON stock_move FROM odoobridge;
REVOKE SELECT (id, picking_id, move_id, lot_id, lot_name, quantity, create_uid, write_uid, write_date) ON stock_move_line FROM odoobridge;
REVOKE SELECT (id, name, company_id, state, date_order, client_order_ref, origin, partner_id, partner_invoice_id, partner_shipping_id, currency_id, amount_untaxed, amount_tax, amount_total, invoice_status, commitment_date, locked, warehouse_id, delivery_status, carrier_id, create_uid, write_uid, write_date) ON sale_order FROM odoobridge;
REVOKE SELECT (id, order_id, sequence, product_id, name, display_type, product_uom_qty, product_uom, price_unit, discount, price_subtotal, price_tax, price_total, qty_delivered, qty_invoiced, is_delivery, create_uid, write_uid, write_date) ON sale_order_line FROM odoobridge;
REVOKE SELECT (id, name, code, create_uid, write_uid, write_date) ON account_journal FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON account_payment_term FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON account_tax FROM odoobridge;
REVOKE SELECT (id, name, company_id, move_type, state, payment_state, partner_id, commercial_partner_id, currency_id, amount_untaxed, amount_tax, amount_total, amount_residual, invoice_date, invoice_date_due, ref, payment_reference, invoice_origin, reversed_entry_id, journal_id, date, payment_id, create_uid, write_uid, write_date) ON account_move FROM odoobridge;
REVOKE SELECT (id, move_id, sequence, display_type, product_id, name, quantity, product_uom_id, price_unit, discount, price_subtotal, price_total, payment_id, create_uid, write_uid, write_date) ON account_move_line FROM odoobridge;
REVOKE SELECT (account_move_line_id, account_tax_id) ON account_move_line_account_tax_rel FROM odoobridge;
REVOKE SELECT (invoice_line_id, order_line_id) ON sale_order_line_invoice_rel FROM odoobridge;
REVOKE SELECT (id, debit_move_id, credit_move_id, debit_amount_currency, credit_amount_currency, create_uid, write_uid, write_date) ON account_partial_reconcile FROM odoobridge;
REVOKE SELECT (id, move_id, payment_type, partner_type, partner_id, amount, currency_id, is_reconciled, is_matched, payment_reference, is_internal_transfer, payment_transaction_id, create_uid, write_uid, write_date) ON account_payment FROM odoobridge;
REVOKE SELECT (id, reference, provider_reference, state, amount, currency_id, company_id, partner_id, payment_id, last_state_change, create_uid, write_uid, write_date) ON payment_transaction FROM odoobridge;
REVOKE SELECT (transaction_id, sale_order_id) ON sale_order_transaction_rel FROM odoobridge;
REVOKE SELECT (transaction_id, invoice_id) ON account_invoice_transaction_rel FROM odoobridge;
REVOKE SELECT (id, email, active, create_uid, write_uid, write_date) ON mail_blacklist FROM odoobridge;
REVOKE SELECT (id, email_normalized, create_uid, write_uid, write_date) ON mailing_contact FROM odoobridge;
REVOKE SELECT (id, contact_id, list_id, opt_out, create_uid, write_uid, write_date) ON mailing_subscription FROM odoobridge;
REVOKE SELECT (id, name, create_uid, write_uid, write_date) ON mailing_list FROM odoobridge;
REVOKE SELECT (id, partner_id, program_id, points, expiration_date, active, create_uid, write_uid, write_date) ON loyalty_card FROM odoobridge;
REVOKE SELECT (id, name, program_type, create_uid, write_uid, write_date) ON loyalty_program FROM odoobridge;
REVOKE SELECT (id, login) ON res_users FROM odoobridge;
REVOKE SELECT (name, latest_version, state) ON ir_module_module FROM odoobridge;
REVOKE USAGE ON SCHEMA public FROM odoobridge;

-- The bridge's role
REVOKE CONNECT ON DATABASE prod FROM odoobridge;
DROP ROLE odoobridge;

COMMIT;
