-- What the module mrp adds that kits live in, with its columns: those of Odoo 17 and 18 are the same.

CREATE TABLE mrp_bom (
  id serial PRIMARY KEY,
  "product_tmpl_id" integer NOT NULL,
  "product_id" integer,
  "product_uom_id" integer NOT NULL,
  "sequence" integer,
  "picking_type_id" integer,
  "company_id" integer,
  "produce_delay" integer,
  "days_to_prepare_mo" integer,
  "create_uid" integer,
  "write_uid" integer,
  "code" varchar,
  "type" varchar NOT NULL,
  "ready_to_produce" varchar NOT NULL,
  "consumption" varchar NOT NULL,
  "product_qty" numeric NOT NULL CHECK (product_qty > 0),
  "active" boolean,
  "allow_operation_dependencies" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE mrp_bom_line (
  id serial PRIMARY KEY,
  "product_id" integer NOT NULL,
  "product_tmpl_id" integer,
  "company_id" integer,
  "product_uom_id" integer NOT NULL,
  "sequence" integer,
  "bom_id" integer NOT NULL,
  "operation_id" integer,
  "create_uid" integer,
  "write_uid" integer,
  "product_qty" numeric NOT NULL CHECK (product_qty >= 0),
  "manual_consumption" boolean,
  "create_date" timestamp,
  "write_date" timestamp
);

CREATE TABLE mrp_bom_line_product_template_attribute_value_rel (
  "mrp_bom_line_id" integer NOT NULL,
  "product_template_attribute_value_id" integer NOT NULL,
  PRIMARY KEY ("mrp_bom_line_id", "product_template_attribute_value_id")
);

ALTER TABLE stock_move ADD COLUMN "bom_line_id" integer;
