-- From Odoo 18's tables to 19's, which differ in these columns as databases of
-- both do; and what is in them.

ALTER TABLE account_journal DROP COLUMN autocheck_on_post,
  ADD COLUMN incoming_einvoice_notification_email varchar,
  ADD COLUMN invoice_template_pdf_report_id integer,
  ADD COLUMN is_self_billing boolean,
  ADD COLUMN non_deductible_account_id integer;
ALTER TABLE account_move DROP COLUMN is_storno, DROP COLUMN stock_move_id,
  ADD COLUMN taxable_supply_date date;
ALTER TABLE account_move_line DROP COLUMN tax_tag_invert,
  ADD COLUMN collapse_composition boolean,
  ADD COLUMN collapse_prices boolean,
  ADD COLUMN deductible_amount double precision,
  ADD COLUMN extra_tax_data jsonb,
  ADD COLUMN is_storno boolean,
  ADD COLUMN no_followup boolean;
ALTER TABLE account_partial_reconcile ADD COLUMN draft_caba_move_vals jsonb;
ALTER TABLE account_tax ALTER invoice_legal_notes TYPE jsonb USING jsonb_build_object('en_US', invoice_legal_notes),
  ADD COLUMN is_domestic boolean,
  ADD COLUMN ubl_cii_tax_category_code varchar,
  ADD COLUMN ubl_cii_tax_exemption_reason_code varchar;
ALTER TABLE delivery_carrier ADD COLUMN allow_cash_on_delivery boolean;
ALTER TABLE product_category DROP COLUMN property_account_downpayment_categ_id, DROP COLUMN property_stock_account_input_categ_id,
  DROP COLUMN property_stock_account_output_categ_id,
  ADD COLUMN property_price_difference_account_id jsonb;
ALTER TABLE product_pricelist_item ALTER pricelist_id DROP NOT NULL;
ALTER TABLE product_product
  ADD COLUMN is_favorite boolean,
  ADD COLUMN is_in_selected_section_of_order boolean;
ALTER TABLE product_template DROP COLUMN uom_po_id, DROP COLUMN sale_line_warn, ALTER categ_id DROP NOT NULL,
  ADD COLUMN lot_sequence_id integer,
  ADD COLUMN property_price_difference_account_id jsonb;
ALTER TABLE res_lang DROP COLUMN short_time_format;
ALTER TABLE res_partner DROP COLUMN mobile, DROP COLUMN title, DROP COLUMN additional_info, DROP COLUMN debit_limit, DROP COLUMN partner_gid,
  DROP COLUMN invoice_warn, DROP COLUMN invoice_warn_msg, DROP COLUMN picking_warn, DROP COLUMN sale_warn,
  ADD COLUMN global_location_number varchar,
  ADD COLUMN is_pickup_location boolean,
  ADD COLUMN properties jsonb;
ALTER TABLE sale_order DROP COLUMN procurement_group_id,
  ADD COLUMN preferred_payment_method_line_id integer;
ALTER TABLE sale_order_line RENAME COLUMN product_uom TO product_uom_id;
ALTER TABLE sale_order_line DROP COLUMN product_packaging_id, DROP COLUMN product_packaging_qty, DROP COLUMN route_id,
  ADD COLUMN collapse_composition boolean,
  ADD COLUMN collapse_prices boolean,
  ADD COLUMN extra_tax_data jsonb,
  ADD COLUMN is_optional boolean;
ALTER TABLE stock_location DROP COLUMN comment, DROP COLUMN posx, DROP COLUMN posy, DROP COLUMN posz, DROP COLUMN scrap_location,
  DROP COLUMN valuation_in_account_id, DROP COLUMN valuation_out_account_id,
  ADD COLUMN valuation_account_id integer;
ALTER TABLE stock_lot DROP COLUMN product_uom_id,
  ADD COLUMN avg_cost numeric;
ALTER TABLE stock_move DROP COLUMN name, DROP COLUMN group_id, DROP COLUMN scrapped, DROP COLUMN description_picking, DROP COLUMN package_level_id,
  DROP COLUMN product_packaging_id,
  ADD COLUMN account_move_id integer,
  ADD COLUMN description_picking_manual text,
  ADD COLUMN inventory_name varchar,
  ADD COLUMN is_dropship boolean,
  ADD COLUMN is_in boolean,
  ADD COLUMN is_out boolean,
  ADD COLUMN packaging_uom_id integer,
  ADD COLUMN packaging_uom_qty double precision,
  ADD COLUMN value numeric;
ALTER TABLE stock_move_line DROP COLUMN carrier_id, DROP COLUMN description_picking, DROP COLUMN package_level_id, DROP COLUMN reference,
  ADD COLUMN is_entire_pack boolean,
  ADD COLUMN package_history_id integer;
ALTER TABLE stock_picking DROP COLUMN group_id, DROP COLUMN date,
  ADD COLUMN shipping_weight numeric;
ALTER TABLE stock_picking_type ADD COLUMN set_package_type boolean;
ALTER TABLE stock_quant DROP COLUMN storage_category_id;
ALTER TABLE stock_quant_package RENAME TO stock_package;
ALTER TABLE stock_warehouse DROP COLUMN crossdock_route_id;

-- A unit is so many of another one, and by that so many of the last of the chain.
ALTER TABLE uom_uom ADD COLUMN package_type_id integer, ADD COLUMN parent_path varchar, ADD COLUMN relative_factor numeric, ADD COLUMN relative_uom_id integer,
  ADD COLUMN sequence integer;
UPDATE uom_uom u SET relative_uom_id = r.id FROM uom_uom r WHERE r.category_id = u.category_id AND r.uom_type = 'reference' AND r.id <> u.id;
UPDATE uom_uom SET relative_factor = CASE WHEN factor = 0 THEN 1 ELSE round(1 / factor, 6) END, parent_path = concat(relative_uom_id || '/', id, '/');
UPDATE uom_uom SET factor = relative_factor, sequence = least(floor(relative_factor * 100), 1000)::int;
ALTER TABLE uom_uom DROP COLUMN category_id, DROP COLUMN rounding, DROP COLUMN uom_type, ALTER factor DROP NOT NULL, ALTER relative_factor SET NOT NULL;

DROP TABLE procurement_group, product_packaging, uom_category;

UPDATE ir_module_module SET latest_version = '19' || substr(latest_version, 3);
