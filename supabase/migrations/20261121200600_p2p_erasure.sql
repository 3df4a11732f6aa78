-- Columns of the exchange with words and data of people, and what of it is in the way of an erasure.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept)
select v.table_name, c.name, v.erasure, v.whose, v.erased, v.kept_where, v.holds, v.readers, v.kept
from (values
('public.trader_profiles', array['display_name'], 'blank', 'party_id', '''erased''', null, 'copy of the name shown to others', 'whoever was told the id', 'while the account lives'),
('public.trade_messages', array['body', 'attachments'], 'delete_words', 'author_id', 'null', null, 'chat of a trade, names of files', 'both sides, the arbiter of a dispute', 'evidence of the trade: until the author is erased'),
('public.p2p_auto_replies', array['auto_reply'], 'delete_row', '(select o.user_id from public.p2p_orders as o where o.id = r.order_id)', null, null, 'first message of a maker', 'the maker', 'while the account lives'),
('public.p2p_orders', array['terms'], 'blank', 'user_id', '''''', 'exists (select from public.p2p_trades as t where t.order_id = r.id)', 'terms of an order', 'everybody signed in', 'terms that somebody traded on: limitation of claims; others: until the maker is erased'),
('public.p2p_ratings', array['comment'], 'delete_words', 'author_id', 'null', null, 'review of a trade', 'everybody, once public', 'until the author is erased'),
('public.payment_accounts', array['label'], 'blank', 'user_id', '''''', null, 'name given to an account', 'the owner', 'while the account lives'),
('public.payment_accounts', array['fields'], 'blank', 'user_id', '''{}''::jsonb', null, 'bank account or phone number for payments', 'the owner', 'while the account lives'),
('public.p2p_payment_details', array['fields'], 'delete_words', '(select t.seller_id from public.p2p_trades as t where t.id = r.trade_id)', 'null', null, 'bank account that was shown for a trade', 'both sides while the trade lives, the arbiter', 'evidence of the trade: until the seller is erased'),
('public.p2p_payment_details', array['payer_name', 'verified_name'], 'delete_words', '(select t.buyer_id from public.p2p_trades as t where t.id = r.trade_id)', 'null', null, 'name that was to pay, and name on the document', 'both sides while the trade lives, the arbiter', 'evidence of the trade: until the buyer is erased')
) as v (table_name, columns, erasure, whose, erased, kept_where, holds, readers, kept)
cross join unnest(v.columns) as c (name);
-- noqa: enable=LT05

create function private.p2p_in_the_way(p_party_id uuid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return case when exists (
        select from public.p2p_orders as o where o.user_id = p_party_id and o.status in ('active', 'paused')
    ) then '{orders}' else '{}' end::text[];
end
$$;
comment on function private.p2p_in_the_way(uuid) is 'orders, where a person has some in the book or paused.';

insert into private.export_parts (table_name, of_person) values
('public.p2p_trades', '$1 in (r.buyer_id, r.seller_id)');
