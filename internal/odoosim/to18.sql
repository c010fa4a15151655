-- From Odoo 17's tables to 18's, which differ in these columns as the databases
-- of the recordings do; and what is in them.

ALTER TABLE account_journal
  ADD COLUMN autocheck_on_post boolean;
ALTER TABLE account_move
  ADD COLUMN origin_payment_id integer,
  ADD COLUMN preferred_payment_method_line_id integer,
  ADD COLUMN sending_data jsonb,
  ADD COLUMN invoice_currency_rate numeric,
  ADD COLUMN amount_untaxed_in_currency_signed numeric,
  ADD COLUMN checked boolean,
  ADD COLUMN made_sequence_gap boolean,
  ADD COLUMN is_manually_modified boolean;
ALTER TABLE account_move_line
  ADD COLUMN is_imported boolean;
ALTER TABLE account_payment
  ADD COLUMN journal_id integer,
  ADD COLUMN company_id integer,
  ADD COLUMN name varchar,
  ADD COLUMN state varchar,
  ADD COLUMN memo varchar,
  ADD COLUMN date date,
  ADD COLUMN is_sent boolean;
ALTER TABLE account_tax
  ADD COLUMN price_include_override varchar,
  ADD COLUMN invoice_legal_notes text;
ALTER TABLE delivery_carrier
  ADD COLUMN tracking_url varchar,
  ADD COLUMN max_weight double precision,
  ADD COLUMN max_volume double precision;
ALTER TABLE loyalty_card
  ADD COLUMN active boolean;
ALTER TABLE product_attribute
  ADD COLUMN active boolean;
ALTER TABLE product_attribute_value
  ADD COLUMN active boolean;
ALTER TABLE product_category
  ADD COLUMN property_account_income_categ_id jsonb,
  ADD COLUMN property_account_expense_categ_id jsonb,
  ADD COLUMN property_valuation jsonb,
  ADD COLUMN property_cost_method jsonb,
  ADD COLUMN property_stock_journal jsonb,
  ADD COLUMN property_stock_account_input_categ_id jsonb,
  ADD COLUMN property_stock_account_output_categ_id jsonb,
  ADD COLUMN property_stock_valuation_account_id jsonb,
  ADD COLUMN property_account_downpayment_categ_id jsonb;
ALTER TABLE product_pricelist_item
  ADD COLUMN display_applied_on varchar,
  ADD COLUMN price_markup numeric;
ALTER TABLE product_product
  ADD COLUMN standard_price jsonb;
ALTER TABLE product_template
  ADD COLUMN service_tracking varchar,
  ADD COLUMN is_favorite boolean,
  ADD COLUMN property_account_income_id jsonb,
  ADD COLUMN property_account_expense_id jsonb,
  ADD COLUMN responsible_id jsonb,
  ADD COLUMN property_stock_production jsonb,
  ADD COLUMN property_stock_inventory jsonb,
  ADD COLUMN is_storable boolean,
  ADD COLUMN lot_valuated boolean;
ALTER TABLE res_company
  ADD COLUMN batch_payment_sequence_id integer,
  ADD COLUMN account_price_include varchar,
  ADD COLUMN sale_lock_date date,
  ADD COLUMN purchase_lock_date date,
  ADD COLUMN hard_lock_date date,
  ADD COLUMN display_invoice_tax_company_currency boolean,
  ADD COLUMN check_account_audit_trail boolean,
  ADD COLUMN autopost_bills boolean,
  ADD COLUMN account_production_wip_account_id integer,
  ADD COLUMN account_production_wip_overhead_account_id integer;
ALTER TABLE res_currency
  ADD COLUMN iso_numeric integer;
ALTER TABLE res_lang
  ADD COLUMN short_time_format varchar;
ALTER TABLE res_partner
  ADD COLUMN barcode jsonb,
  ADD COLUMN specific_property_product_pricelist jsonb,
  ADD COLUMN invoice_template_pdf_report_id integer,
  ADD COLUMN autopost_bills varchar,
  ADD COLUMN credit_limit jsonb,
  ADD COLUMN property_account_payable_id jsonb,
  ADD COLUMN property_account_receivable_id jsonb,
  ADD COLUMN property_account_position_id jsonb,
  ADD COLUMN property_payment_term_id jsonb,
  ADD COLUMN property_supplier_payment_term_id jsonb,
  ADD COLUMN trust jsonb,
  ADD COLUMN ignore_abnormal_invoice_date jsonb,
  ADD COLUMN ignore_abnormal_invoice_amount jsonb,
  ADD COLUMN invoice_sending_method jsonb,
  ADD COLUMN invoice_edi_format_store jsonb,
  ADD COLUMN property_outbound_payment_method_line_id jsonb,
  ADD COLUMN property_inbound_payment_method_line_id jsonb,
  ADD COLUMN property_stock_customer jsonb,
  ADD COLUMN property_stock_supplier jsonb,
  ADD COLUMN property_delivery_carrier_id jsonb;
ALTER TABLE res_users
  ADD COLUMN tour_enabled boolean,
  ADD COLUMN property_warehouse_id jsonb;
ALTER TABLE sale_order
  ADD COLUMN pickup_location_data jsonb,
  ADD COLUMN customizable_pdf_form_fields jsonb;
ALTER TABLE sale_order_line
  ADD COLUMN linked_line_id integer,
  ADD COLUMN combo_item_id integer,
  ADD COLUMN virtual_id varchar,
  ADD COLUMN linked_virtual_id varchar,
  ADD COLUMN technical_price_unit double precision,
  ADD COLUMN warehouse_id integer;
ALTER TABLE stock_lot
  ADD COLUMN standard_price jsonb;
ALTER TABLE stock_move
  ADD COLUMN location_final_id integer;
ALTER TABLE stock_picking_type
  ADD COLUMN move_type varchar;
ALTER TABLE stock_warehouse
  ADD COLUMN qc_type_id integer,
  ADD COLUMN store_type_id integer,
  ADD COLUMN xdock_type_id integer;

UPDATE product_template SET is_storable = type = 'product', lot_valuated = false, service_tracking = 'no', responsible_id = '{"1": 2}';
UPDATE product_template SET type = 'consu' WHERE type = 'product';
UPDATE product_attribute SET active = true;
UPDATE product_attribute_value SET active = true;
UPDATE loyalty_card SET active = true;
UPDATE product_pricelist_item SET display_applied_on = CASE applied_on WHEN '2_product_category' THEN applied_on ELSE '1_product' END, price_markup = 0;
UPDATE res_company SET account_price_include = 'tax_excluded';
UPDATE res_lang SET short_time_format = '%H:%M';
UPDATE res_partner SET autopost_bills = 'ask';
UPDATE sale_order_line l SET warehouse_id = o.warehouse_id FROM sale_order o WHERE o.id = l.order_id;
UPDATE sale_order_line SET technical_price_unit = price_unit;
UPDATE stock_move SET location_final_id = location_dest_id;
UPDATE stock_picking_type SET move_type = 'direct';
UPDATE account_move SET origin_payment_id = payment_id, checked = true;
UPDATE account_payment p SET journal_id = m.journal_id, company_id = m.company_id, name = m.name, memo = m.ref, date = m.date,
    state = CASE m.state WHEN 'posted' THEN 'in_process' WHEN 'cancel' THEN 'canceled' ELSE 'draft' END
  FROM account_move m WHERE m.id = p.move_id;

ALTER TABLE account_payment ALTER journal_id SET NOT NULL, ALTER company_id SET NOT NULL, ALTER state SET NOT NULL, ALTER date SET NOT NULL,
  ALTER move_id DROP NOT NULL;
ALTER TABLE procurement_group ALTER move_type DROP NOT NULL;
ALTER TABLE product_pricelist_item ALTER display_applied_on SET NOT NULL;
ALTER TABLE product_template ALTER service_tracking SET NOT NULL, ALTER type SET NOT NULL;
ALTER TABLE res_company ALTER account_price_include SET NOT NULL;
ALTER TABLE res_currency ALTER currency_unit_label TYPE jsonb USING jsonb_build_object('en_US', currency_unit_label),
  ALTER currency_subunit_label TYPE jsonb USING jsonb_build_object('en_US', currency_subunit_label);
ALTER TABLE res_lang ALTER short_time_format SET NOT NULL;
ALTER TABLE res_partner ALTER autopost_bills SET NOT NULL;
ALTER TABLE sale_order ALTER warehouse_id DROP NOT NULL;
ALTER TABLE stock_lot ALTER company_id DROP NOT NULL;
ALTER TABLE stock_picking_type ALTER move_type SET NOT NULL;

ALTER TABLE account_journal DROP COLUMN sale_activity_type_id, DROP COLUMN sale_activity_user_id, DROP COLUMN secure_sequence_id, DROP COLUMN sale_activity_note, DROP COLUMN check_sequence_id, DROP COLUMN check_manual_sequencing;
ALTER TABLE account_move DROP COLUMN payment_id, DROP COLUMN send_and_print_values, DROP COLUMN to_check, DROP COLUMN preferred_payment_method_id;
ALTER TABLE account_move_line DROP COLUMN account_root_id, DROP COLUMN blocked;
ALTER TABLE account_payment DROP COLUMN destination_journal_id, DROP COLUMN is_internal_transfer, DROP COLUMN check_number, DROP COLUMN check_amount_in_words;
ALTER TABLE account_tax DROP COLUMN price_include;
ALTER TABLE product_pricelist DROP COLUMN discount_policy;
ALTER TABLE product_template DROP COLUMN detailed_type, DROP COLUMN priority;
ALTER TABLE res_partner DROP COLUMN date, DROP COLUMN signup_expiration, DROP COLUMN signup_token, DROP COLUMN team_id, DROP COLUMN last_time_entries_checked, DROP COLUMN ubl_cii_format;
ALTER TABLE sale_order DROP COLUMN analytic_account_id, DROP COLUMN amount_to_invoice, DROP COLUMN delivery_rating_success;
ALTER TABLE stock_location DROP COLUMN return_location;
ALTER TABLE stock_move_line DROP COLUMN product_category_name;
ALTER TABLE stock_picking_type DROP COLUMN default_location_return_id, DROP COLUMN show_reserved;
ALTER TABLE stock_return_picking DROP COLUMN original_location_id, DROP COLUMN parent_location_id, DROP COLUMN location_id;

UPDATE ir_module_module SET latest_version = '18' || substr(latest_version, 3);
