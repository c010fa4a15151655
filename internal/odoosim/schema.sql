-- The tables of an Odoo 17 that orders, stock, deliveries, customers and
-- products live in, with its columns. As in Odoo's, every table has a primary
-- key. Foreign keys are left out: what would be deleted along is deleted by the
-- statements of the simulation.

CREATE TABLE account_tax (
  id serial PRIMARY KEY,
  "company_id" integer NOT NULL,
  "sequence" integer NOT NULL,
  "tax_group_id" integer NOT NULL,
  "cash_basis_transition_account_id" integer,
  "country_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "type_tax_use" varchar NOT NULL,
  "tax_scope" varchar,
  "amount_type" varchar NOT NULL,
  "tax_exigibility" varchar,
  "name" jsonb NOT NULL,
  "description" jsonb,
  "invoice_label" jsonb,
  "amount" numeric NOT NULL,
  "active" boolean,
  "price_include" boolean,
  "include_base_amount" boolean,
  "is_base_affected" boolean,
  "analytic" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE account_tax_sale_order_line_rel (
  "sale_order_line_id" integer NOT NULL,
  "account_tax_id" integer NOT NULL,
  PRIMARY KEY ("sale_order_line_id", "account_tax_id")
);

CREATE TABLE product_taxes_rel (
  "prod_id" integer NOT NULL,
  "tax_id" integer NOT NULL,
  PRIMARY KEY ("prod_id", "tax_id")
);

CREATE TABLE crm_team (
  id serial PRIMARY KEY,
  "sequence" integer,
  "company_id" integer,
  "user_id" integer,
  "color" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" jsonb NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "invoiced_target" double precision
);

CREATE TABLE delivery_carrier (
  id serial PRIMARY KEY,
  "sequence" integer,
  "company_id" integer,
  "product_id" integer NOT NULL,
  "shipping_insurance" integer,
  "create_uid" integer,
  "write_uid" integer,
  "delivery_type" varchar NOT NULL,
  "integration_level" varchar,
  "invoice_policy" varchar NOT NULL,
  "name" jsonb NOT NULL,
  "carrier_description" jsonb,
  "active" boolean,
  "prod_environment" boolean,
  "debug_logging" boolean,
  "free_over" boolean,
  "return_label_on_delivery" boolean,
  "get_return_label_from_portal" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "margin" double precision,
  "fixed_margin" double precision,
  "amount" double precision,
  "fixed_price" double precision
);

CREATE TABLE ir_config_parameter (
  id serial PRIMARY KEY,
  "create_uid" integer,
  "write_uid" integer,
  "key" varchar NOT NULL,
  "value" text NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE ir_model_data (
  id serial PRIMARY KEY,
  "create_uid" integer,
  "create_date" timestamp,
  "write_date" timestamp,
  "write_uid" integer,
  "res_id" integer,
  "noupdate" boolean,
  "name" varchar NOT NULL,
  "module" varchar NOT NULL,
  "model" varchar NOT NULL
);

CREATE TABLE procurement_group (
  id serial PRIMARY KEY,
  "partner_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "move_type" varchar NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp,
  "sale_id" integer
);

CREATE TABLE product_attribute (
  id serial PRIMARY KEY,
  "sequence" integer,
  "create_uid" integer,
  "write_uid" integer,
  "create_variant" varchar NOT NULL,
  "display_type" varchar NOT NULL,
  "name" jsonb NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE product_attribute_value (
  id serial PRIMARY KEY,
  "sequence" integer,
  "attribute_id" integer NOT NULL,
  "color" integer,
  "create_uid" integer,
  "write_uid" integer,
  "html_color" varchar,
  "name" jsonb NOT NULL,
  "is_custom" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "default_extra_price" double precision
);

CREATE TABLE product_category (
  id serial PRIMARY KEY,
  "parent_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "complete_name" varchar,
  "parent_path" varchar,
  "product_properties_definition" jsonb,
  "create_date" timestamp,
  "write_date" timestamp,
  "removal_strategy_id" integer,
  "packaging_reserve_method" varchar
);

CREATE TABLE product_packaging (
  id serial PRIMARY KEY,
  "sequence" integer,
  "product_id" integer NOT NULL,
  "company_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "barcode" varchar,
  "qty" numeric,
  "create_date" timestamp,
  "write_date" timestamp,
  "package_type_id" integer,
  "sales" boolean
);

CREATE TABLE product_pricelist (
  id serial PRIMARY KEY,
  "sequence" integer,
  "currency_id" integer NOT NULL,
  "company_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "discount_policy" varchar NOT NULL,
  "name" jsonb NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE product_pricelist_item (
  id serial PRIMARY KEY,
  "pricelist_id" integer NOT NULL,
  "company_id" integer,
  "currency_id" integer,
  "categ_id" integer,
  "product_tmpl_id" integer,
  "product_id" integer,
  "base_pricelist_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "applied_on" varchar NOT NULL,
  "base" varchar NOT NULL,
  "compute_price" varchar NOT NULL,
  "min_quantity" numeric,
  "fixed_price" numeric,
  "price_discount" numeric,
  "price_round" numeric,
  "price_surcharge" numeric,
  "price_min_margin" numeric,
  "price_max_margin" numeric,
  "date_start" timestamp,
  "date_end" timestamp,
  "create_date" timestamp,
  "write_date" timestamp,
  "percent_price" double precision
);

CREATE TABLE product_product (
  id serial PRIMARY KEY,
  "product_tmpl_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "default_code" varchar,
  "barcode" varchar,
  "combination_indices" varchar,
  "volume" numeric,
  "weight" numeric,
  "active" boolean,
  "can_image_variant_1024_be_zoomed" boolean,
  "write_date" timestamp,
  "create_date" timestamp,
  "lot_properties_definition" jsonb
);

CREATE TABLE product_template (
  id serial PRIMARY KEY,
  "sequence" integer,
  "categ_id" integer NOT NULL,
  "uom_id" integer NOT NULL,
  "uom_po_id" integer NOT NULL,
  "company_id" integer,
  "color" integer,
  "create_uid" integer,
  "write_uid" integer,
  "detailed_type" varchar NOT NULL,
  "type" varchar,
  "default_code" varchar,
  "priority" varchar,
  "name" jsonb NOT NULL,
  "description" jsonb,
  "description_purchase" jsonb,
  "description_sale" jsonb,
  "product_properties" jsonb,
  "list_price" numeric,
  "volume" numeric,
  "weight" numeric,
  "sale_ok" boolean,
  "purchase_ok" boolean,
  "active" boolean,
  "can_image_1024_be_zoomed" boolean,
  "has_configurable_attributes" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "sale_delay" integer,
  "tracking" varchar NOT NULL,
  "description_picking" jsonb,
  "description_pickingout" jsonb,
  "description_pickingin" jsonb,
  "service_type" varchar,
  "sale_line_warn" varchar NOT NULL,
  "expense_policy" varchar,
  "invoice_policy" varchar,
  "sale_line_warn_msg" text,
  "country_of_origin" integer,
  "hs_code" varchar
);

CREATE TABLE product_template_attribute_line (
  id serial PRIMARY KEY,
  "product_tmpl_id" integer NOT NULL,
  "sequence" integer,
  "attribute_id" integer NOT NULL,
  "value_count" integer,
  "create_uid" integer,
  "write_uid" integer,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE product_template_attribute_value (
  id serial PRIMARY KEY,
  "product_attribute_value_id" integer NOT NULL,
  "attribute_line_id" integer NOT NULL,
  "product_tmpl_id" integer,
  "attribute_id" integer,
  "color" integer,
  "create_uid" integer,
  "write_uid" integer,
  "price_extra" numeric,
  "ptav_active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE product_variant_combination (
  "product_product_id" integer NOT NULL,
  "product_template_attribute_value_id" integer NOT NULL,
  PRIMARY KEY ("product_product_id", "product_template_attribute_value_id")
);

CREATE TABLE res_company (
  id serial PRIMARY KEY,
  "name" varchar NOT NULL,
  "partner_id" integer NOT NULL,
  "currency_id" integer NOT NULL,
  "sequence" integer,
  "create_date" timestamp,
  "parent_path" varchar,
  "parent_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "email" varchar,
  "phone" varchar,
  "active" boolean,
  "write_date" timestamp,
  "annual_inventory_day" integer,
  "annual_inventory_month" varchar,
  "stock_move_sms_validation" boolean,
  "has_received_warning_stock_sms" boolean,
  "quotation_validity_days" integer
);

CREATE TABLE res_country (
  id serial PRIMARY KEY,
  "address_view_id" integer,
  "currency_id" integer,
  "phone_code" integer,
  "create_uid" integer,
  "write_uid" integer,
  "code" varchar(2) NOT NULL,
  "name_position" varchar,
  "name" jsonb NOT NULL,
  "vat_label" jsonb,
  "address_format" text,
  "state_required" boolean,
  "zip_required" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_country_state (
  id serial PRIMARY KEY,
  "country_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "code" varchar NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_currency (
  id serial PRIMARY KEY,
  "name" varchar NOT NULL,
  "symbol" varchar NOT NULL,
  "decimal_places" integer,
  "create_uid" integer,
  "write_uid" integer,
  "full_name" varchar,
  "position" varchar,
  "currency_unit_label" varchar,
  "currency_subunit_label" varchar,
  "rounding" numeric,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_currency_rate (
  id serial PRIMARY KEY,
  "currency_id" integer NOT NULL,
  "company_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" date NOT NULL,
  "rate" numeric,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_lang (
  id serial PRIMARY KEY,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "code" varchar NOT NULL,
  "iso_code" varchar,
  "url_code" varchar NOT NULL,
  "direction" varchar NOT NULL,
  "date_format" varchar NOT NULL,
  "time_format" varchar NOT NULL,
  "week_start" varchar NOT NULL,
  "grouping" varchar NOT NULL,
  "decimal_point" varchar NOT NULL,
  "thousands_sep" varchar,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_partner (
  id serial PRIMARY KEY,
  "company_id" integer,
  "create_date" timestamp,
  "name" varchar,
  "title" integer,
  "parent_id" integer,
  "user_id" integer,
  "state_id" integer,
  "country_id" integer,
  "industry_id" integer,
  "color" integer,
  "commercial_partner_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "complete_name" varchar,
  "ref" varchar,
  "lang" varchar,
  "tz" varchar,
  "vat" varchar,
  "company_registry" varchar,
  "website" varchar,
  "function" varchar,
  "type" varchar,
  "street" varchar,
  "street2" varchar,
  "zip" varchar,
  "city" varchar,
  "email" varchar,
  "phone" varchar,
  "mobile" varchar,
  "commercial_company_name" varchar,
  "company_name" varchar,
  "date" date,
  "comment" text,
  "partner_latitude" numeric,
  "partner_longitude" numeric,
  "active" boolean,
  "employee" boolean,
  "is_company" boolean,
  "partner_share" boolean,
  "write_date" timestamp,
  "message_bounce" integer,
  "email_normalized" varchar,
  "signup_type" varchar,
  "signup_expiration" timestamp,
  "signup_token" varchar,
  "team_id" integer,
  "partner_gid" integer,
  "additional_info" varchar,
  "phone_sanitized" varchar,
  "supplier_rank" integer,
  "customer_rank" integer,
  "invoice_warn" varchar,
  "invoice_warn_msg" text,
  "debit_limit" numeric,
  "last_time_entries_checked" timestamp,
  "picking_warn" varchar,
  "picking_warn_msg" text,
  "ubl_cii_format" varchar,
  "peppol_endpoint" varchar,
  "peppol_eas" varchar,
  "sale_warn" varchar,
  "sale_warn_msg" text
);

CREATE TABLE res_partner_category (
  id serial PRIMARY KEY,
  "color" integer,
  "parent_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "parent_path" varchar,
  "name" jsonb NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE res_partner_res_partner_category_rel (
  "category_id" integer NOT NULL,
  "partner_id" integer NOT NULL,
  PRIMARY KEY ("category_id", "partner_id")
);

CREATE TABLE stock_move_move_rel (
  "move_orig_id" integer NOT NULL,
  "move_dest_id" integer NOT NULL,
  PRIMARY KEY ("move_orig_id", "move_dest_id")
);

CREATE TABLE res_users (
  id serial PRIMARY KEY,
  "company_id" integer NOT NULL,
  "partner_id" integer NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "login" varchar NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "share" boolean,
  "write_date" timestamp,
  "notification_type" varchar NOT NULL,
  "sale_team_id" integer
);

CREATE TABLE sale_order (
  id serial PRIMARY KEY,
  "campaign_id" integer,
  "source_id" integer,
  "medium_id" integer,
  "company_id" integer NOT NULL,
  "partner_id" integer NOT NULL,
  "journal_id" integer,
  "partner_invoice_id" integer NOT NULL,
  "partner_shipping_id" integer NOT NULL,
  "fiscal_position_id" integer,
  "payment_term_id" integer,
  "pricelist_id" integer,
  "currency_id" integer,
  "user_id" integer,
  "team_id" integer,
  "analytic_account_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "access_token" varchar,
  "name" varchar NOT NULL,
  "state" varchar,
  "client_order_ref" varchar,
  "origin" varchar,
  "reference" varchar,
  "signed_by" varchar,
  "invoice_status" varchar,
  "validity_date" date,
  "note" text,
  "currency_rate" numeric,
  "amount_untaxed" numeric,
  "amount_tax" numeric,
  "amount_total" numeric,
  "amount_to_invoice" numeric,
  "locked" boolean,
  "require_signature" boolean,
  "require_payment" boolean,
  "create_date" timestamp,
  "commitment_date" timestamp,
  "date_order" timestamp NOT NULL,
  "signed_on" timestamp,
  "write_date" timestamp,
  "prepayment_percent" double precision,
  "carrier_id" integer,
  "delivery_message" varchar,
  "delivery_rating_success" boolean,
  "recompute_delivery_price" boolean,
  "shipping_weight" double precision,
  "pending_email_template_id" integer,
  "sale_order_template_id" integer,
  "incoterm" integer,
  "warehouse_id" integer NOT NULL,
  "procurement_group_id" integer,
  "incoterm_location" varchar,
  "picking_policy" varchar NOT NULL,
  "delivery_status" varchar,
  "effective_date" timestamp
);

CREATE TABLE sale_order_line (
  id serial PRIMARY KEY,
  "order_id" integer NOT NULL,
  "sequence" integer,
  "company_id" integer,
  "currency_id" integer,
  "order_partner_id" integer,
  "salesman_id" integer,
  "product_id" integer,
  "product_uom" integer,
  "product_packaging_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "state" varchar,
  "display_type" varchar,
  "qty_delivered_method" varchar,
  "invoice_status" varchar,
  "analytic_distribution" jsonb,
  "name" text NOT NULL,
  "product_uom_qty" numeric NOT NULL,
  "price_unit" numeric NOT NULL,
  "discount" numeric,
  "price_subtotal" numeric,
  "price_total" numeric,
  "price_reduce_taxexcl" numeric,
  "price_reduce_taxinc" numeric,
  "qty_delivered" numeric,
  "qty_invoiced" numeric,
  "qty_to_invoice" numeric,
  "untaxed_amount_invoiced" numeric,
  "untaxed_amount_to_invoice" numeric,
  "is_downpayment" boolean,
  "is_expense" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "price_tax" double precision,
  "product_packaging_qty" double precision,
  "customer_lead" double precision NOT NULL,
  "is_delivery" boolean,
  "reward_id" integer,
  "coupon_id" integer,
  "reward_identifier_code" varchar,
  "points_cost" double precision,
  "route_id" integer
);

CREATE TABLE stock_location (
  id serial PRIMARY KEY,
  "location_id" integer,
  "posx" integer,
  "posy" integer,
  "posz" integer,
  "company_id" integer,
  "removal_strategy_id" integer,
  "cyclic_inventory_frequency" integer,
  "warehouse_id" integer,
  "storage_category_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "complete_name" varchar,
  "usage" varchar NOT NULL,
  "parent_path" varchar,
  "barcode" varchar,
  "last_inventory_date" date,
  "next_inventory_date" date,
  "comment" text,
  "active" boolean,
  "scrap_location" boolean,
  "return_location" boolean,
  "replenish_location" boolean,
  "create_date" timestamp,
  "write_date" timestamp,
  "valuation_in_account_id" integer,
  "valuation_out_account_id" integer
);

CREATE TABLE stock_lot (
  id serial PRIMARY KEY,
  "product_id" integer NOT NULL,
  "product_uom_id" integer,
  "company_id" integer NOT NULL,
  "location_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "ref" varchar,
  "lot_properties" jsonb,
  "note" text,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE stock_move (
  id serial PRIMARY KEY,
  "sequence" integer,
  "company_id" integer NOT NULL,
  "product_id" integer NOT NULL,
  "product_uom" integer NOT NULL,
  "location_id" integer NOT NULL,
  "location_dest_id" integer NOT NULL,
  "partner_id" integer,
  "picking_id" integer,
  "scrap_id" integer,
  "group_id" integer,
  "rule_id" integer,
  "picking_type_id" integer,
  "origin_returned_move_id" integer,
  "restrict_partner_id" integer,
  "warehouse_id" integer,
  "package_level_id" integer,
  "next_serial_count" integer,
  "orderpoint_id" integer,
  "product_packaging_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "priority" varchar,
  "state" varchar,
  "origin" varchar,
  "procure_method" varchar NOT NULL,
  "reference" varchar,
  "next_serial" varchar,
  "reservation_date" date,
  "description_picking" text,
  "product_qty" numeric,
  "product_uom_qty" numeric NOT NULL,
  "quantity" numeric,
  "picked" boolean,
  "scrapped" boolean,
  "propagate_cancel" boolean,
  "is_inventory" boolean,
  "additional" boolean,
  "date" timestamp NOT NULL,
  "date_deadline" timestamp,
  "delay_alert_date" timestamp,
  "create_date" timestamp,
  "write_date" timestamp,
  "price_unit" double precision,
  "to_refund" boolean,
  "sale_line_id" integer,
  "weight" numeric
);

CREATE TABLE stock_move_line (
  id serial PRIMARY KEY,
  "picking_id" integer,
  "move_id" integer,
  "company_id" integer NOT NULL,
  "product_id" integer,
  "product_uom_id" integer NOT NULL,
  "package_id" integer,
  "package_level_id" integer,
  "lot_id" integer,
  "result_package_id" integer,
  "owner_id" integer,
  "location_id" integer NOT NULL,
  "location_dest_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "product_category_name" varchar,
  "lot_name" varchar,
  "state" varchar,
  "reference" varchar,
  "description_picking" text,
  "quantity" numeric,
  "quantity_product_uom" numeric,
  "picked" boolean,
  "date" timestamp NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp,
  "carrier_id" integer
);

CREATE TABLE stock_picking (
  id serial PRIMARY KEY,
  "backorder_id" integer,
  "return_id" integer,
  "group_id" integer,
  "location_id" integer NOT NULL,
  "location_dest_id" integer NOT NULL,
  "picking_type_id" integer NOT NULL,
  "partner_id" integer,
  "company_id" integer,
  "user_id" integer,
  "owner_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar,
  "origin" varchar,
  "move_type" varchar NOT NULL,
  "state" varchar,
  "priority" varchar,
  "picking_properties" jsonb,
  "note" text,
  "has_deadline_issue" boolean,
  "printed" boolean,
  "is_locked" boolean,
  "scheduled_date" timestamp,
  "date_deadline" timestamp,
  "date" timestamp,
  "date_done" timestamp,
  "create_date" timestamp,
  "write_date" timestamp,
  "sale_id" integer,
  "weight" numeric,
  "carrier_id" integer,
  "carrier_tracking_ref" varchar,
  "carrier_price" double precision
);

CREATE TABLE stock_picking_type (
  id serial PRIMARY KEY,
  "color" integer,
  "sequence" integer,
  "sequence_id" integer,
  "default_location_src_id" integer,
  "default_location_dest_id" integer,
  "default_location_return_id" integer,
  "return_picking_type_id" integer,
  "warehouse_id" integer,
  "reservation_days_before" integer,
  "reservation_days_before_priority" integer,
  "company_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "sequence_code" varchar NOT NULL,
  "code" varchar NOT NULL,
  "reservation_method" varchar NOT NULL,
  "product_label_format" varchar,
  "lot_label_format" varchar,
  "package_label_to_print" varchar,
  "barcode" varchar,
  "create_backorder" varchar NOT NULL,
  "name" jsonb NOT NULL,
  "picking_properties_definition" jsonb,
  "show_entire_packs" boolean,
  "active" boolean,
  "use_create_lots" boolean,
  "use_existing_lots" boolean,
  "print_label" boolean,
  "show_operations" boolean,
  "show_reserved" boolean,
  "auto_show_reception_report" boolean,
  "auto_print_delivery_slip" boolean,
  "auto_print_return_slip" boolean,
  "auto_print_product_labels" boolean,
  "auto_print_lot_labels" boolean,
  "auto_print_reception_report" boolean,
  "auto_print_reception_report_labels" boolean,
  "auto_print_packages" boolean,
  "auto_print_package_label" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE stock_quant (
  id serial PRIMARY KEY,
  "product_id" integer NOT NULL,
  "company_id" integer,
  "location_id" integer NOT NULL,
  "storage_category_id" integer,
  "lot_id" integer,
  "package_id" integer,
  "owner_id" integer,
  "user_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "inventory_date" date,
  "quantity" numeric,
  "reserved_quantity" numeric NOT NULL,
  "inventory_quantity" numeric,
  "inventory_diff_quantity" numeric,
  "inventory_quantity_set" boolean,
  "in_date" timestamp NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp,
  "accounting_date" date
);

CREATE TABLE stock_quant_package (
  id serial PRIMARY KEY,
  "package_type_id" integer,
  "location_id" integer,
  "company_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "package_use" varchar NOT NULL,
  "pack_date" date,
  "create_date" timestamp,
  "write_date" timestamp,
  "shipping_weight" double precision
);

CREATE TABLE stock_scrap (
  id serial PRIMARY KEY,
  "company_id" integer NOT NULL,
  "product_id" integer NOT NULL,
  "product_uom_id" integer NOT NULL,
  "lot_id" integer,
  "package_id" integer,
  "owner_id" integer,
  "picking_id" integer,
  "location_id" integer NOT NULL,
  "scrap_location_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "origin" varchar,
  "state" varchar,
  "scrap_qty" numeric NOT NULL,
  "should_replenish" boolean,
  "date_done" timestamp,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE stock_warehouse (
  id serial PRIMARY KEY,
  "company_id" integer NOT NULL,
  "partner_id" integer,
  "view_location_id" integer NOT NULL,
  "lot_stock_id" integer NOT NULL,
  "wh_input_stock_loc_id" integer,
  "wh_qc_stock_loc_id" integer,
  "wh_output_stock_loc_id" integer,
  "wh_pack_stock_loc_id" integer,
  "mto_pull_id" integer,
  "pick_type_id" integer,
  "pack_type_id" integer,
  "out_type_id" integer,
  "in_type_id" integer,
  "int_type_id" integer,
  "crossdock_route_id" integer,
  "reception_route_id" integer,
  "delivery_route_id" integer,
  "sequence" integer,
  "create_uid" integer,
  "write_uid" integer,
  "name" varchar NOT NULL,
  "code" varchar(5) NOT NULL,
  "reception_steps" varchar NOT NULL,
  "delivery_steps" varchar NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE uom_category (
  id serial PRIMARY KEY,
  "create_uid" integer,
  "write_uid" integer,
  "name" jsonb NOT NULL,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE uom_uom (
  id serial PRIMARY KEY,
  "category_id" integer NOT NULL,
  "create_uid" integer,
  "write_uid" integer,
  "uom_type" varchar NOT NULL,
  "name" jsonb NOT NULL,
  "factor" numeric NOT NULL,
  "rounding" numeric NOT NULL,
  "active" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE INDEX ON sale_order_line (order_id);
CREATE INDEX ON stock_picking (sale_id);
CREATE INDEX ON stock_move (picking_id);
CREATE INDEX ON stock_move (product_id);
CREATE INDEX ON stock_move_line (move_id);
CREATE INDEX ON stock_move_line (picking_id);
CREATE INDEX ON stock_quant (product_id, location_id);
CREATE INDEX ON product_product (product_tmpl_id);
CREATE INDEX ON res_partner (parent_id);
CREATE UNIQUE INDEX ON ir_model_data (module, name);
CREATE INDEX ON ir_model_data (model, res_id);

CREATE TABLE ir_module_module (
  id serial PRIMARY KEY,
  name varchar NOT NULL,
  latest_version varchar,
  state varchar
);

CREATE TABLE mail_message (
  id serial PRIMARY KEY,
  "res_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "message_type" varchar NOT NULL,
  "model" varchar,
  "body" text,
  "date" timestamp,
  "create_date" timestamp,
  "write_date" timestamp
);
