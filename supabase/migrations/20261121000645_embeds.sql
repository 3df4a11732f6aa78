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

-- A function of a row reads all of the row, and of escrow_transactions some columns are granted to nobody.
create view public.escrows with (security_invoker = true) as
select
    e.id, e.product, e.policy_id, e.rail, e.payer_id, e.payee_id, e.currency, e.amount, e.fee_bps, e.perform_within,
    e.accept_within, e.state, e.phase, e.version, e.state_version, e.deadline_at, e.expires_at, e.frozen_at,
    e.rail_hold_until, e.revision_count, e.performed_at, e.payer_amount, e.payee_amount, e.fee_amount, e.taken_amount,
    e.claim_until, e.transaction_hash, e.terms_hash, e.signed_by, e.last_event, e.last_actor_role, e.created_at,
    e.updated_at, e.completed_at
from public.escrow_transactions as e;
comment on view public.escrows is
'Escrows as whoever sees them may read them: every column that is granted of escrow_transactions.';
do $$
declare
    v_column record;
begin
    for v_column in
        select v.attname, col_description(t.attrelid, t.attnum) as said
        from pg_attribute as v join pg_attribute as t on t.attname = v.attname
        where v.attrelid = 'public.escrows'::regclass and t.attrelid = 'public.escrow_transactions'::regclass and v.attnum > 0
    loop
        execute format('comment on column public.escrows.%I is %L', v_column.attname, v_column.said);
    end loop;
end
$$;

create function public.maker(public.p2p_orders) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.user_id);
end
$$;
comment on function public.maker(public.p2p_orders) is 'Who made an order. Embed as maker(id,kind,display_name).';

create function public.buyer(public.p2p_trades) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.buyer_id);
end
$$;
comment on function public.buyer(public.p2p_trades) is 'Who buys the crypto of a trade. Embed as buyer(id,kind,display_name).';

create function public.seller(public.p2p_trades) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.seller_id);
end
$$;
comment on function public.seller(public.p2p_trades) is 'Who sells the crypto of a trade. Embed as seller(id,kind,display_name).';

create function public.blocked(public.p2p_blocks) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.blocked_id);
end
$$;
comment on function public.blocked(public.p2p_blocks) is 'Who is kept away. Embed as blocked(id,kind,display_name).';

create function public.payer(public.escrows) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.payer_id);
end
$$;
comment on function public.payer(public.escrows) is 'Who pays an escrow. Embed as payer(id,kind,display_name).';

create function public.payee(public.escrows) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.payee_id);
end
$$;
comment on function public.payee(public.escrows) is 'Who is paid by an escrow. Embed as payee(id,kind,display_name).';

create function public.seller(public.listings) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.seller_id);
end
$$;
comment on function public.seller(public.listings) is 'Who sells a listing. Embed as seller(id,kind,display_name).';

create function public.buyer(public.offers) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.buyer_id);
end
$$;
comment on function public.buyer(public.offers) is 'Who would pay an offer. Embed as buyer(id,kind,display_name).';

create function public.seller(public.offers) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.seller_id);
end
$$;
comment on function public.seller(public.offers) is 'Who would deliver an offer. Embed as seller(id,kind,display_name).';

create function public.buyer(public.contracts) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.buyer_id);
end
$$;
comment on function public.buyer(public.contracts) is 'Who pays a contract. Embed as buyer(id,kind,display_name).';

create function public.seller(public.contracts) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.seller_id);
end
$$;
comment on function public.seller(public.contracts) is 'Who delivers a contract. Embed as seller(id,kind,display_name).';

create function public.member(public.guild_members) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.user_id);
end
$$;
comment on function public.member(public.guild_members) is 'Who is a member of a guild. Embed as member(id,kind,display_name).';

create function public.invited(public.guild_invitations) returns setof public.parties
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select * from private.named_party($1.user_id);
end
$$;
comment on function public.invited(public.guild_invitations) is 'Who is invited into a guild. Embed as invited(id,kind,display_name).';

create function public.payment_methods(public.p2p_trades) returns setof public.payment_methods
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select m.* from public.payment_methods as m where m.id = $1.payment_method;
end
$$;
comment on function public.payment_methods(public.p2p_trades) is 'Payment method of a trade.';

create function public.payment_methods(public.payment_accounts) returns setof public.payment_methods
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select m.* from public.payment_methods as m where m.id = $1.method;
end
$$;
comment on function public.payment_methods(public.payment_accounts) is 'Payment method of an account.';

create function public.trade_messages(public.p2p_trades) returns setof public.trade_messages
language plpgsql stable rows 20 set search_path = ''
as $$
begin
    return query select m.* from public.trade_messages as m where m.trade_id = $1.id;
end
$$;
comment on function public.trade_messages(public.p2p_trades) is 'Messages of a trade.';

create function public.currencies(public.escrows) returns setof public.currencies
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select c.* from public.currencies as c where c.code = $1.currency;
end
$$;
comment on function public.currencies(public.escrows) is 'Currency of an escrow.';

create function public.escrow_policies(public.escrows) returns setof public.escrow_policies
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select p.* from public.escrow_policies as p where p.id = $1.policy_id;
end
$$;
comment on function public.escrow_policies(public.escrows) is 'Policy of an escrow.';

create function public.escrow_next_steps(public.escrows) returns setof public.escrow_next_steps
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query select s.* from public.escrow_next_steps as s where s.escrow_id = $1.id;
end
$$;
comment on function public.escrow_next_steps(public.escrows) is 'What happens next on an escrow.';

create function public.transactions(public.wallet_balances) returns setof public.transactions
language plpgsql stable rows 100 set search_path = ''
as $$
begin
    return query select t.* from public.transactions as t where t.wallet_id = $1.id;
end
$$;
comment on function public.transactions(public.wallet_balances) is 'Statement of account of a wallet.';

create function public.escrow_events(public.escrows) returns setof public.escrow_events
language plpgsql stable rows 10 set search_path = ''
as $$
begin
    -- Who acted, and by which request, is granted to nobody.
    return query select
        x.escrow_id, x.version, x.event, x.actor_role, null::uuid, x.from_state, x.from_phase, x.to_state, x.to_phase,
        x.deadline_at, x.payer_amount, x.payee_amount, x.fee_amount, x.payload, null::text, x.hash, x.created_at
    from public.escrow_events as x where x.escrow_id = $1.id;
end
$$;
comment on function public.escrow_events(public.escrows) is
'History of an escrow; actor_id and request_id are null.';
