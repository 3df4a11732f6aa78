-- Columns of the chain with data of people.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept)
select v.table_name, c.name, v.erasure, v.whose, v.erased, v.kept_where, v.holds, v.readers, v.kept
from (values
('public.chain_deposits', array['sender', 'recipient', 'transaction_hash', 'proof'], 'keep_by_law', null, null, null, 'addresses of a payment, which the chain shows to everybody', 'who pays, operators', 'accounting and money laundering'),
('public.chain_payouts', array['destination'], 'keep_by_law', null, null, null, 'address that was paid', 'operators', 'accounting and money laundering'),
('public.chain_transactions', array['transaction_hash'], 'keep_by_law', null, null, null, 'signed payment', 'operators', 'accounting and money laundering'),
('private.signed_transactions', array['raw', 'transaction_hash'], 'keep_by_law', null, null, null, 'signed payment', 'nobody over the API', 'accounting and money laundering'),
('public.deposit_quarantines', array['note'], 'keep_by_law', null, null, null, 'what was decided, in an operator''s words', 'operators', 'sanctions and money laundering')
) as v (table_name, columns, erasure, whose, erased, kept_where, holds, readers, kept)
cross join unnest(v.columns) as c (name);
-- noqa: enable=LT05

-- noqa: disable=LT05
insert into private.export_parts (table_name, of_person, words) values
('public.chain_deposits', 'r.request_id in (select d.id from public.deposit_requests as d where d.party_id = $1)', '{sender,recipient,transaction_hash}');
insert into private.export_parts (table_name, why_not) values
('private.signed_transactions', 'whoever reads the export could send them'),
('public.chain_payouts', 'what it says stands in payouts'),
('public.chain_transactions', 'what it says stands in payouts'),
('public.deposit_quarantines', 'screening: the law forbids to tell');
-- noqa: enable=LT05
