-- This lets odoobridge read Odoo 17.0 in the database prod.
-- Nobody looked at the server: this is the whole of it, for an Odoo with Sales, Inventory,
-- Delivery, Invoicing, Payments, Loyalty and Email Marketing.
-- With --admin-dsn, what is there already, or not installed, is left out.
-- Run it as a superuser, connected to it: psql -v ON_ERROR_STOP=1 -d prod -f this.sql

BEGIN;
SET LOCAL lock_timeout = '5s'; -- never make Odoo queue behind us

-- The bridge's role
--   reads the log and, once, the tables. REPLICATION lets it read every table's changes, whatever is granted
--   below: guard its password like an administrator's. Give it one afterwards: \password odoobridge
CREATE ROLE odoobridge LOGIN REPLICATION CONNECTION LIMIT 12;
--   it may connect to this database
GRANT CONNECT ON DATABASE prod TO odoobridge;

-- What it may read
--   the schema of Odoo's tables
GRANT USAGE ON SCHEMA public TO odoobridge;
GRANT SELECT (id, code, create_uid, write_uid, write_date) ON res_country TO odoobridge;
GRANT SELECT (id, code, create_uid, write_uid, write_date) ON res_country_state TO odoobridge;
GRANT SELECT (id, name, decimal_places, create_uid, write_uid, write_date) ON res_currency TO odoobridge;
GRANT SELECT (id, name, currency_id, create_uid, write_uid, write_date) ON res_company TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON res_partner_category TO odoobridge;
GRANT SELECT (id, commercial_partner_id, parent_id, company_id, name, is_company, type, email, email_normalized, phone, mobile, vat, ref, lang, street, street2, zip, city, state_id, country_id, active, create_uid, write_uid, write_date) ON res_partner TO odoobridge;
GRANT SELECT (category_id, partner_id) ON res_partner_res_partner_category_rel TO odoobridge;
GRANT SELECT (id, model, res_id, module, name, create_uid, write_uid, write_date) ON ir_model_data TO odoobridge;
GRANT SELECT (id, name, factor, rounding, category_id, create_uid, write_uid, write_date) ON uom_uom TO odoobridge;
GRANT SELECT (id, complete_name, parent_path, create_uid, write_uid, write_date) ON product_category TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON product_attribute TO odoobridge;
GRANT SELECT (id, name, attribute_id, create_uid, write_uid, write_date) ON product_attribute_value TO odoobridge;
GRANT SELECT (id, product_attribute_value_id, attribute_line_id, attribute_id, price_extra, create_uid, write_uid, write_date) ON product_template_attribute_value TO odoobridge;
GRANT SELECT (id, name, company_id, categ_id, uom_id, type, tracking, list_price, active, sale_ok, create_uid, write_uid, write_date) ON product_template TO odoobridge;
GRANT SELECT (id, product_tmpl_id, default_code, barcode, weight, active, create_uid, write_uid, write_date) ON product_product TO odoobridge;
GRANT SELECT (product_product_id, product_template_attribute_value_id) ON product_variant_combination TO odoobridge;
GRANT SELECT (id, name, digits, create_uid, write_uid, write_date) ON decimal_precision TO odoobridge;
GRANT SELECT (id, name, company_id, currency_id, active, create_uid, write_uid, write_date) ON product_pricelist TO odoobridge;
GRANT SELECT (id, pricelist_id, applied_on, product_id, product_tmpl_id, categ_id, compute_price, base, base_pricelist_id, min_quantity, fixed_price, percent_price, price_discount, price_round, price_surcharge, price_min_margin, price_max_margin, date_start, date_end, create_uid, write_uid, write_date) ON product_pricelist_item TO odoobridge;
GRANT SELECT (id, product_tmpl_id, product_id, type, active, product_qty, product_uom_id, sequence, company_id, picking_type_id, create_uid, write_uid, write_date) ON mrp_bom TO odoobridge;
GRANT SELECT (id, bom_id, product_id, product_qty, product_uom_id, create_uid, write_uid, write_date) ON mrp_bom_line TO odoobridge;
GRANT SELECT (mrp_bom_line_id, product_template_attribute_value_id) ON mrp_bom_line_product_template_attribute_value_rel TO odoobridge;
GRANT SELECT (id, code, company_id, view_location_id, create_uid, write_uid, write_date) ON stock_warehouse TO odoobridge;
GRANT SELECT (id, parent_path, warehouse_id, complete_name, usage, create_uid, write_uid, write_date) ON stock_location TO odoobridge;
GRANT SELECT (id, product_id, location_id, quantity, reserved_quantity, create_uid, write_uid, write_date) ON stock_quant TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON stock_lot TO odoobridge;
GRANT SELECT (id, code, warehouse_id, create_uid, write_uid, write_date) ON stock_picking_type TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON delivery_carrier TO odoobridge;
GRANT SELECT (id, name, company_id, picking_type_id, partner_id, state, origin, scheduled_date, date_done, backorder_id, return_id, sale_id, carrier_id, carrier_tracking_ref, create_uid, write_uid, write_date) ON stock_picking TO odoobridge;
GRANT SELECT (id, picking_id, product_id, state, name, description_picking, product_uom_qty, quantity, picked, product_uom, origin_returned_move_id, sale_line_id, location_id, location_dest_id, product_qty, company_id, date, reference, origin, to_refund, create_uid, write_uid, write_date) ON stock_move TO odoobridge;
GRANT SELECT (id, picking_id, move_id, lot_id, lot_name, quantity, create_uid, write_uid, write_date) ON stock_move_line TO odoobridge;
GRANT SELECT (id, name, company_id, state, date_order, client_order_ref, origin, partner_id, partner_invoice_id, partner_shipping_id, currency_id, amount_untaxed, amount_tax, amount_total, invoice_status, commitment_date, locked, warehouse_id, delivery_status, carrier_id, create_uid, write_uid, write_date) ON sale_order TO odoobridge;
GRANT SELECT (id, order_id, sequence, product_id, name, display_type, product_uom_qty, product_uom, price_unit, discount, price_subtotal, price_tax, price_total, qty_delivered, qty_invoiced, is_delivery, create_uid, write_uid, write_date) ON sale_order_line TO odoobridge;
GRANT SELECT (id, name, code, create_uid, write_uid, write_date) ON account_journal TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON account_payment_term TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON account_tax TO odoobridge;
GRANT SELECT (id, name, company_id, move_type, state, payment_state, partner_id, commercial_partner_id, currency_id, amount_untaxed, amount_tax, amount_total, amount_residual, invoice_date, invoice_date_due, ref, payment_reference, invoice_origin, reversed_entry_id, journal_id, date, payment_id, create_uid, write_uid, write_date) ON account_move TO odoobridge;
GRANT SELECT (id, move_id, sequence, display_type, product_id, name, quantity, product_uom_id, price_unit, discount, price_subtotal, price_total, payment_id, create_uid, write_uid, write_date) ON account_move_line TO odoobridge;
GRANT SELECT (account_move_line_id, account_tax_id) ON account_move_line_account_tax_rel TO odoobridge;
GRANT SELECT (invoice_line_id, order_line_id) ON sale_order_line_invoice_rel TO odoobridge;
GRANT SELECT (id, debit_move_id, credit_move_id, debit_amount_currency, credit_amount_currency, create_uid, write_uid, write_date) ON account_partial_reconcile TO odoobridge;
GRANT SELECT (id, move_id, payment_type, partner_type, partner_id, amount, currency_id, is_reconciled, is_matched, payment_reference, is_internal_transfer, payment_transaction_id, create_uid, write_uid, write_date) ON account_payment TO odoobridge;
GRANT SELECT (id, reference, provider_reference, state, amount, currency_id, company_id, partner_id, payment_id, last_state_change, create_uid, write_uid, write_date) ON payment_transaction TO odoobridge;
GRANT SELECT (transaction_id, sale_order_id) ON sale_order_transaction_rel TO odoobridge;
GRANT SELECT (transaction_id, invoice_id) ON account_invoice_transaction_rel TO odoobridge;
GRANT SELECT (id, email, active, create_uid, write_uid, write_date) ON mail_blacklist TO odoobridge;
GRANT SELECT (id, email_normalized, create_uid, write_uid, write_date) ON mailing_contact TO odoobridge;
GRANT SELECT (id, contact_id, list_id, opt_out, create_uid, write_uid, write_date) ON mailing_subscription TO odoobridge;
GRANT SELECT (id, name, create_uid, write_uid, write_date) ON mailing_list TO odoobridge;
GRANT SELECT (id, partner_id, program_id, points, expiration_date, active, create_uid, write_uid, write_date) ON loyalty_card TO odoobridge;
GRANT SELECT (id, name, program_type, create_uid, write_uid, write_date) ON loyalty_program TO odoobridge;
GRANT SELECT (id, login) ON res_users TO odoobridge;
GRANT SELECT (name, latest_version, state) ON ir_module_module TO odoobridge;

-- Which database this is
--   tells this database from a copy of it. ir_config_parameter holds secrets: the bridge sees two of its rows,
--   through this view
CREATE VIEW odoobridge_identity WITH (security_barrier) AS
    SELECT key, value FROM ir_config_parameter
    WHERE key IN ('database.uuid', 'database.is_neutralized');
GRANT SELECT ON odoobridge_identity TO odoobridge;

-- What is published
--   whole tables, no column lists: with one, Odoo's own DROP COLUMN would take a table out of the publication
--   without a word
CREATE PUBLICATION "odoobridge" FOR TABLE ONLY
    "public"."res_country",
    "public"."res_country_state",
    "public"."res_currency",
    "public"."res_company",
    "public"."res_partner_category",
    "public"."res_partner",
    "public"."res_partner_res_partner_category_rel",
    "public"."ir_model_data",
    "public"."uom_uom",
    "public"."product_category",
    "public"."product_attribute",
    "public"."product_attribute_value",
    "public"."product_template_attribute_value",
    "public"."product_template",
    "public"."product_product",
    "public"."product_variant_combination",
    "public"."decimal_precision",
    "public"."product_pricelist",
    "public"."product_pricelist_item",
    "public"."mrp_bom",
    "public"."mrp_bom_line",
    "public"."mrp_bom_line_product_template_attribute_value_rel",
    "public"."stock_warehouse",
    "public"."stock_location",
    "public"."stock_quant",
    "public"."stock_lot",
    "public"."stock_picking_type",
    "public"."delivery_carrier",
    "public"."stock_picking",
    "public"."stock_move",
    "public"."stock_move_line",
    "public"."sale_order",
    "public"."sale_order_line",
    "public"."account_journal",
    "public"."account_payment_term",
    "public"."account_tax",
    "public"."account_move",
    "public"."account_move_line",
    "public"."account_move_line_account_tax_rel",
    "public"."sale_order_line_invoice_rel",
    "public"."account_partial_reconcile",
    "public"."account_payment",
    "public"."payment_transaction",
    "public"."sale_order_transaction_rel",
    "public"."account_invoice_transaction_rel",
    "public"."mail_blacklist",
    "public"."mailing_contact",
    "public"."mailing_subscription",
    "public"."mailing_list",
    "public"."loyalty_card",
    "public"."loyalty_program";

COMMIT;

-- Settings of the server, by hand
--   the log must carry row changes; needs a restart of the server
--       ALTER SYSTEM SET wal_level = 'logical'
--   how much log the server may keep for a bridge that is away, before it gives the slot up rather than fill the
--   disk: a day's log is a good start (docs/DBA.md); a reload is enough
--       ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'
--   in pg_hba.conf, for the bridge's address. No line with the database `replication` is needed: that one would
--   allow physical copies
--       host  prod  odoobridge  <address of the bridge>/32  scram-sha-256
