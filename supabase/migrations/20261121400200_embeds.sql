-- What a client reads along with a row (PostgREST's embedding) where no foreign key says what belongs
-- together: hot rows have none (decision 0007), and who a party is tells a function. Each is asked as the
-- caller; row level security and grants decide as if the other table were read by itself.

create function private.named_party(p_party_id uuid) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    -- The card has the columns that others may read; the rest stays null.
    return query select n.* from private.party_card(p_party_id) as c
    cross join lateral jsonb_populate_record(null::public.parties, to_jsonb(c)) as n;
end
$$;
comment on function private.named_party(uuid) is
'Name of one party {id, kind, display_name} as a row of parties, for those who were told its id.';

create function private.make_embed(
    p_of regclass, p_name text, p_returns regclass, p_rows integer, p_query text, p_comment text
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create function public.%I(%s) returns setof %s language plpgsql stable rows %s set search_path = ''''
         as $f$ begin return query %s; end $f$', p_name, p_of, p_returns, p_rows, p_query
    );
    execute format('comment on function public.%I(%s) is %L', p_name, p_of, p_comment);
end
$$;
comment on function private.make_embed(regclass, text, regclass, integer, text, text) is
'Makes what a client embeds with a row by a name: the rows, about so many, that a query about the row $1 gives.';

create function private.make_party_embed(p_of regclass, p_name text, p_column text, p_comment text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.make_embed(
        p_of, p_name, 'public.parties', 1, format('select * from private.named_party($1.%I)', p_column),
        p_comment || format(' Embed as %s(id,kind,display_name).', p_name)
    );
end
$$;
comment on function private.make_party_embed(regclass, text, text, text) is
'Makes the embed of a party that a column of the row names.';

select private.make_party_embed('public.p2p_orders', 'maker', 'user_id', 'Who made an order.');
select private.make_party_embed('public.p2p_trades', 'buyer', 'buyer_id', 'Who buys the crypto of a trade.');
select private.make_party_embed('public.p2p_trades', 'seller', 'seller_id', 'Who sells the crypto of a trade.');
select private.make_party_embed('public.p2p_blocks', 'blocked', 'blocked_id', 'Who is kept away.');
select private.make_party_embed('public.escrow_transactions', 'payer', 'payer_id', 'Who pays an escrow.');
select private.make_party_embed('public.escrow_transactions', 'payee', 'payee_id', 'Who is paid by an escrow.');
select private.make_party_embed('public.listings', 'seller', 'seller_id', 'Who sells a listing.');
select private.make_party_embed('public.offers', 'buyer', 'buyer_id', 'Who would pay an offer.');
select private.make_party_embed('public.offers', 'seller', 'seller_id', 'Who would deliver an offer.');
select private.make_party_embed('public.contracts', 'buyer', 'buyer_id', 'Who pays a contract.');
select private.make_party_embed('public.contracts', 'seller', 'seller_id', 'Who delivers a contract.');
select private.make_party_embed('public.guild_members', 'member', 'user_id', 'Who is a member of a guild.');
select private.make_party_embed('public.guild_invitations', 'invited', 'user_id', 'Who is invited into a guild.');

select private.make_embed(
    'public.p2p_trades', 'payment_methods', 'public.payment_methods', 1,
    'select m.* from public.payment_methods as m where m.id = $1.payment_method', 'Payment method of a trade.'
);
select private.make_embed(
    'public.payment_accounts', 'payment_methods', 'public.payment_methods', 1,
    'select m.* from public.payment_methods as m where m.id = $1.method', 'Payment method of an account.'
);
select private.make_embed(
    'public.p2p_trades', 'trade_messages', 'public.trade_messages', 20,
    'select m.* from public.trade_messages as m where m.trade_id = $1.id', 'Messages of a trade.'
);
select private.make_embed(
    'public.escrow_transactions', 'currencies', 'public.currencies', 1,
    'select c.* from public.currencies as c where c.code = $1.currency', 'Currency of an escrow.'
);
select private.make_embed(
    'public.escrow_transactions', 'escrow_policies', 'public.escrow_policies', 1,
    'select p.* from public.escrow_policies as p where p.id = $1.policy_id', 'Policy of an escrow.'
);
select private.make_embed(
    'public.escrow_transactions', 'escrow_next_steps', 'public.escrow_next_steps', 1,
    'select s.* from public.escrow_next_steps as s where s.escrow_id = $1.id', 'What happens next on an escrow.'
);
select private.make_embed(
    'public.wallet_balances', 'transactions', 'public.transactions', 100,
    'select t.* from public.transactions as t where t.wallet_id = $1.id', 'Statement of account of a wallet.'
);

select private.make_embed(
    'public.escrow_transactions', 'escrow_events', 'public.escrow_events', 10,
    'select v.* from public.escrow_events as v where v.escrow_id = $1.id', 'History of an escrow.'
);
