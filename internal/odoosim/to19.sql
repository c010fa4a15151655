-- From Odoo 18's tables to 19's, by the analyses of OpenUpgrade: nobody has
-- recorded an Odoo 19. Only what a reader of these tables meets is changed.

ALTER TABLE sale_order_line RENAME COLUMN product_uom TO product_uom_id;
ALTER TABLE res_partner DROP COLUMN mobile, DROP COLUMN title;
ALTER TABLE stock_move DROP COLUMN name, DROP COLUMN group_id, DROP COLUMN scrapped;
ALTER TABLE stock_picking DROP COLUMN group_id, DROP COLUMN date;
ALTER TABLE sale_order DROP COLUMN procurement_group_id;
ALTER TABLE product_template DROP COLUMN uom_po_id;
DROP TABLE procurement_group, product_packaging;

UPDATE ir_module_module SET latest_version = '19' || substr(latest_version, 3);
