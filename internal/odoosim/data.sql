-- A small shop: coffee gear, two warehouses, five customers, three channels
-- with a user each.

INSERT INTO res_currency (id, name, symbol, decimal_places, rounding, active) VALUES
  (1, 'USD', '$', 2, 0.01, true), (2, 'EUR', '€', 2, 0.01, true), (3, 'JPY', '¥', 0, 1, true);
INSERT INTO res_country (id, code, name, currency_id, phone_code) VALUES
  (57, 'DE', '{"en_US": "Germany", "de_DE": "Deutschland"}', 2, 49), (75, 'FR', '{"en_US": "France"}', 2, 33),
  (231, 'GB', '{"en_US": "United Kingdom"}', NULL, 44), (233, 'US', '{"en_US": "United States"}', 1, 1);
INSERT INTO res_country_state (id, country_id, name, code) VALUES (13, 233, 'California', 'CA'), (35, 233, 'New York', 'NY');
INSERT INTO res_lang (id, name, code, iso_code, url_code, active, direction, date_format, time_format, week_start, grouping, decimal_point, thousands_sep) VALUES
  (1, 'English (US)', 'en_US', 'en', 'en', true, 'ltr', '%m/%d/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','),
  (19, 'German / Deutsch', 'de_DE', 'de', 'de', true, 'ltr', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'),
  (29, 'French / Français', 'fr_FR', 'fr', 'fr', NULL, 'ltr', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', ' ');

INSERT INTO res_partner (id, name, complete_name, commercial_partner_id, parent_id, type, email, email_normalized, phone, phone_sanitized,
    street, zip, city, country_id, state_id, lang, active, is_company, partner_share, color, message_bounce, customer_rank, supplier_rank,
    invoice_warn, picking_warn, sale_warn)
  SELECT id, name, COALESCE(parent_name || ', ', '') || name, COALESCE(parent, id), parent, type, email, lower(email), phone, phone,
    street, zip, city, country, state, 'en_US', active, company, share, 0, 0, rank, 0, 'no-message', 'no-message', 'no-message'
  FROM (VALUES
    (1, 'Bean & Brew', NULL::text, NULL::int, 'contact', 'hello@beanandbrew.example', '+1 555 0100', '1 Roast Lane', '94105', 'San Francisco', 233, 13, true, true, NULL::bool, 0),
    (2, 'OdooBot', NULL, NULL, 'contact', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL, 0),
    (3, 'Mitchell Admin', NULL, NULL, 'contact', 'admin@beanandbrew.example', NULL, NULL, NULL, NULL, 233, NULL, true, false, NULL, 0),
    (43, 'channel_shopify', NULL, NULL, 'contact', 'channel_shopify@beanandbrew.example', NULL, NULL, NULL, NULL, NULL, NULL, true, false, NULL, 0),
    (44, 'channel_limited', NULL, NULL, 'contact', 'channel_limited@beanandbrew.example', NULL, NULL, NULL, NULL, NULL, NULL, true, false, NULL, 0),
    (45, 'channel_marketplace', NULL, NULL, 'contact', 'channel_marketplace@beanandbrew.example', NULL, NULL, NULL, NULL, NULL, NULL, true, false, NULL, 0),
    (46, 'channel_warehouse', NULL, NULL, 'contact', 'channel_warehouse@beanandbrew.example', NULL, NULL, NULL, NULL, NULL, NULL, true, false, NULL, 0),
    (50, 'Ada Lovelace', NULL, NULL, 'contact', 'Ada@example.test', '+44 20 7946 0001', '12 St James Square', 'SW1Y 4JH', 'London', 231, NULL, true, false, true, 3),
    (51, 'Ada Lovelace (office)', 'Ada Lovelace', 50, 'delivery', NULL, NULL, '5 Dorset Street', 'W1U 6QJ', 'London', 231, NULL, true, false, true, 0),
    (52, 'Grace Hopper', NULL, NULL, 'contact', 'grace@example.test', '+1 555 0152', '9 Harbor Road', '10004', 'New York', 233, 35, true, false, true, 1),
    (53, 'Café Linde GmbH', NULL, NULL, 'contact', 'einkauf@cafe-linde.example', '+49 30 5550153', 'Lindenstr. 7', '10969', 'Berlin', 57, NULL, true, true, true, 8),
    (54, 'Alan Turing', NULL, NULL, 'contact', 'alan@example.test', NULL, '43 Adlington Road', 'SK9 2BJ', 'Wilmslow', 231, NULL, true, false, true, 1),
    (55, 'Katherine Johnson', NULL, NULL, 'contact', 'katherine@example.test', '+1 555 0155', '20 Orbit Avenue', '94110', 'San Francisco', 233, 13, true, false, true, 2)
  ) AS p (id, name, parent_name, parent, type, email, phone, street, zip, city, country, state, active, company, share, rank);
INSERT INTO res_company (id, name, partner_id, currency_id, sequence, parent_path, active, email, phone,
    stock_move_sms_validation, annual_inventory_day, annual_inventory_month, quotation_validity_days)
  VALUES (1, 'Bean & Brew', 1, 1, 10, '1/', true, 'hello@beanandbrew.example', '+1 555 0100', false, 31, '12', 30);
INSERT INTO res_users (id, company_id, partner_id, active, login, share, notification_type) VALUES
  (1, 1, 2, false, '__system__', false, 'inbox'), (2, 1, 3, true, 'admin', false, 'email'),
  (8, 1, 43, true, 'channel_shopify', false, 'email'), (9, 1, 44, true, 'channel_limited', false, 'email'),
  (10, 1, 45, true, 'channel_marketplace', false, 'email'), (11, 1, 46, true, 'channel_warehouse', false, 'email');
INSERT INTO crm_team (id, sequence, name, active, company_id) VALUES (1, 10, '{"en_US": "Sales"}', true, 1);
INSERT INTO account_tax (id, name, type_tax_use, tax_group_id, country_id, amount_type, amount, company_id, sequence, active, price_include, include_base_amount, is_base_affected)
  VALUES (1, '{"en_US": "8%"}', 'sale', 1, 233, 'percent', 8.0, 1, 1, true, false, false, true);
INSERT INTO ir_config_parameter (id, key, value) VALUES (1, 'database.uuid', gen_random_uuid()::text), (2, 'web.base.url', 'http://localhost:8069');
INSERT INTO ir_module_module (id, name, latest_version, state) VALUES
  (1, 'base', '17.0.1.3', 'installed'), (2, 'sale_stock', '17.0.1.0', 'installed'), (3, 'stock_delivery', '17.0.1.0', 'installed');

INSERT INTO uom_category (id, name) VALUES (1, '{"en_US": "Unit"}');
INSERT INTO uom_uom (id, category_id, uom_type, name, factor, rounding, active) VALUES
  (1, 1, 'reference', '{"en_US": "Units"}', 1, 0.01, true), (2, 1, 'bigger', '{"en_US": "Dozens"}', 0.0833333333333333, 0.01, true);
INSERT INTO product_category (id, parent_id, name, complete_name, parent_path) VALUES
  (1, NULL, 'All', 'All', '1/'), (2, 1, 'Coffee', 'All / Coffee', '1/2/'), (3, 1, 'Gear', 'All / Gear', '1/3/');

INSERT INTO product_template (id, name, list_price, categ_id, weight, detailed_type, type, default_code, uom_id, uom_po_id, sequence, priority,
    volume, sale_ok, purchase_ok, active, sale_delay, tracking, service_type, sale_line_warn, expense_policy, invoice_policy)
  SELECT id, jsonb_build_object('en_US', name), price, categ, weight, kind, kind, code, 1, 1, 1, '0',
    0, true, kind <> 'service', true, 0, 'none', 'manual', 'no-message', 'no', 'delivery'
  FROM (VALUES
    (1, 'House Blend 1 kg', 24.00, 2, 1.0, 'product', 'COF-HOUSE'), (2, 'Single Origin Ethiopia 250 g', 12.50, 2, 0.25, 'product', 'COF-ETH'),
    (3, 'Decaf 500 g', 14.90, 2, 0.5, 'product', 'COF-DECAF'), (4, 'Burr Grinder', 129.00, 3, 1.4, 'product', 'GRIND-1'),
    (5, 'Pour-over Kettle', 79.00, 3, 0.9, 'product', 'KETTLE-1'), (6, 'Paper Filters (100)', 6.50, 3, 0.1, 'product', 'FILTER-100'),
    (7, 'Glass Server 600 ml', 32.00, 3, 0.4, 'product', 'SERVER-600'), (8, 'Digital Scale', 45.00, 3, 0.3, 'product', 'SCALE-1'),
    (9, 'Travel Mug', 27.00, 3, 0.35, 'product', NULL), (10, 'Barista Workshop', 95.00, 1, 0, 'service', 'WORKSHOP')
  ) AS t (id, name, price, categ, weight, kind, code);
UPDATE product_template SET name = name || '{"de_DE": "Handmühle"}' WHERE id = 4;
INSERT INTO product_taxes_rel (prod_id, tax_id) SELECT id, 1 FROM product_template;
INSERT INTO product_attribute (id, sequence, name, create_variant, display_type) VALUES
  (1, 10, '{"en_US": "Colour"}', 'always', 'color'), (2, 20, '{"en_US": "Size"}', 'always', 'radio');
INSERT INTO product_attribute_value (id, sequence, attribute_id, name) VALUES
  (1, 1, 1, '{"en_US": "Black"}'), (2, 2, 1, '{"en_US": "Copper"}'), (3, 1, 2, '{"en_US": "350 ml"}'), (4, 2, 2, '{"en_US": "500 ml"}');
INSERT INTO product_template_attribute_line (id, product_tmpl_id, attribute_id, sequence, value_count, active) VALUES (1, 9, 1, 10, 2, true), (2, 9, 2, 20, 2, true);
INSERT INTO product_template_attribute_value (id, product_attribute_value_id, attribute_line_id, product_tmpl_id, attribute_id, price_extra, ptav_active) VALUES
  (1, 1, 1, 9, 1, 0, true), (2, 2, 1, 9, 1, 3.00, true), (3, 3, 2, 9, 2, 0, true), (4, 4, 2, 9, 2, 4.00, true);
INSERT INTO product_product (id, product_tmpl_id, default_code, barcode, combination_indices, weight, active)
  SELECT id, id, default_code, CASE WHEN type = 'product' THEN (4006381000000 + id)::text END, '', weight, true FROM product_template WHERE id <> 9;
INSERT INTO product_product (id, product_tmpl_id, default_code, barcode, combination_indices, weight, active) VALUES
  (21, 9, 'MUG-BLK-350', '4006381000021', '1,3', 0.35, true), (22, 9, 'MUG-BLK-500', '4006381000022', '1,4', 0.35, true),
  (23, 9, 'MUG-COP-350', '4006381000023', '2,3', 0.35, true), (24, 9, 'MUG-COP-500', '4006381000024', '2,4', 0.35, true);
INSERT INTO product_variant_combination (product_product_id, product_template_attribute_value_id) VALUES
  (21, 1), (21, 3), (22, 1), (22, 4), (23, 2), (23, 3), (24, 2), (24, 4);

INSERT INTO stock_location (id, location_id, name, complete_name, usage, parent_path, company_id, warehouse_id, active, scrap_location, cyclic_inventory_frequency) VALUES
  (1, NULL, 'Physical Locations', 'Physical Locations', 'view', '1/', NULL, NULL, true, false, 0),
  (2, NULL, 'Partners', 'Partners', 'view', '2/', NULL, NULL, true, false, 0),
  (3, NULL, 'Virtual Locations', 'Virtual Locations', 'view', '3/', NULL, NULL, true, false, 0),
  (4, 2, 'Vendors', 'Partners/Vendors', 'supplier', '2/4/', NULL, NULL, true, false, 0),
  (5, 2, 'Customers', 'Partners/Customers', 'customer', '2/5/', NULL, NULL, true, false, 0),
  (7, 1, 'WH', 'WH', 'view', '1/7/', 1, 1, true, false, 0),
  (8, 7, 'Stock', 'WH/Stock', 'internal', '1/7/8/', 1, 1, true, false, 0),
  (14, 3, 'Inventory adjustment', 'Virtual Locations/Inventory adjustment', 'inventory', '3/14/', 1, NULL, true, false, 0),
  (16, 3, 'Scrap', 'Virtual Locations/Scrap', 'inventory', '3/16/', 1, NULL, true, true, 0),
  (18, 8, 'Shelf 1', 'WH/Stock/Shelf 1', 'internal', '1/7/8/18/', 1, 1, true, false, 0),
  (27, 1, 'SHOP', 'SHOP', 'view', '1/27/', 1, 2, true, false, 0),
  (28, 27, 'Stock', 'SHOP/Stock', 'internal', '1/27/28/', 1, 2, true, false, 0);
INSERT INTO stock_warehouse (id, name, code, company_id, partner_id, view_location_id, lot_stock_id, in_type_id, out_type_id, int_type_id,
    sequence, reception_steps, delivery_steps, active) VALUES
  (1, 'Central Warehouse', 'WH', 1, 1, 7, 8, 1, 2, 5, 10, 'one_step', 'ship_only', true),
  (2, 'Flagship Store', 'SHOP', 1, 1, 27, 28, 6, 7, 10, 20, 'one_step', 'ship_only', true);
INSERT INTO stock_picking_type (id, name, code, sequence_code, warehouse_id, company_id, default_location_src_id, default_location_dest_id,
    sequence, reservation_method, create_backorder, product_label_format, lot_label_format, package_label_to_print, active) VALUES
  (1, '{"en_US": "Receipts"}', 'incoming', 'IN', 1, 1, 4, 8, 1, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true),
  (2, '{"en_US": "Delivery Orders"}', 'outgoing', 'OUT', 1, 1, 8, 5, 5, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true),
  (5, '{"en_US": "Internal Transfers"}', 'internal', 'INT', 1, 1, 8, 8, 9, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true),
  (6, '{"en_US": "Receipts"}', 'incoming', 'IN', 2, 1, 4, 28, 1, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true),
  (7, '{"en_US": "Delivery Orders"}', 'outgoing', 'OUT', 2, 1, 28, 5, 5, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true),
  (10, '{"en_US": "Internal Transfers"}', 'internal', 'INT', 2, 1, 28, 28, 9, 'at_confirm', 'ask', '2x7xprice', '4x12_lots', 'pdf', true);
INSERT INTO delivery_carrier (id, name, delivery_type, sequence, product_id, integration_level, invoice_policy, amount, fixed_price, active) VALUES
  (1, '{"en_US": "Parcel"}', 'fixed', 1, 10, 'rate_and_ship', 'estimated', 0, 4.9, true);

INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date, inventory_date, inventory_quantity_set)
  SELECT product, location, 1, quantity, 0, timestamp '2026-01-05 08:00:00', date '2026-12-31', false
  FROM (VALUES (1, 8, 120), (2, 8, 60), (3, 8, 40), (4, 8, 12), (5, 8, 15), (6, 8, 200), (6, 18, 50), (7, 8, 30), (8, 8, 25),
    (21, 8, 20), (22, 8, 18), (23, 8, 8), (24, 8, 3), (1, 28, 15), (2, 28, 10), (6, 28, 25), (21, 28, 4)) AS q (product, location, quantity);
