-- Columns of the gateway with words and data of people.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept)
select v.table_name, c.name, v.erasure, null, null, null, v.holds, v.readers, v.kept
from (values
('public.merchants', array['name', 'legal_name', 'website', 'tax_id', 'support_email'], 'keep_by_law', 'name, number and addresses of who trades', 'members of the merchant, operators; name, website and support address whoever has an invoice', 'accounting, and whom a payer asks'),
('public.invoices', array['customer_email'], 'expires', 'address of a payer', 'members of the merchant', '400 days after the invoice last changed'),
('public.invoices', array['description', 'metadata', 'merchant_order_id', 'marked_reason'], 'keep_by_law', 'what a merchant says of a sale', 'members of the merchant; the description whoever has the token', 'accounting'),
('public.invoice_lines', array['description'], 'keep_by_law', 'what was sold', 'members of the merchant, whoever has the token', 'accounting'),
('public.invoice_payments', array['reference'], 'keep_by_law', 'reference of a payment', 'members of the merchant, whoever has the token', 'accounting'),
('public.invoice_refunds', array['address', 'reason'], 'keep_by_law', 'where money went back to, and why', 'members of the merchant', 'accounting and money laundering')
) as v (table_name, columns, erasure, holds, readers, kept)
cross join unnest(v.columns) as c (name);

insert into private.export_parts (table_name, why_not) values
('public.merchants', 'belongs to the merchant, whose members read it'),
('public.invoices', 'belongs to the merchant, whose members read it'),
('public.invoice_lines', 'belongs to the merchant, whose members read it'),
('public.invoice_payments', 'belongs to the merchant, whose members read it'),
('public.invoice_refunds', 'belongs to the merchant, whose members read it');
-- noqa: enable=LT05
