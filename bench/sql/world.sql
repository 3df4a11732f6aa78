create schema bench authorization postgres;
set role postgres;

create table bench.makers (n integer primary key, user_id uuid not null, order_id uuid not null);
create table bench.takers (n integer primary key, user_id uuid not null);
create table bench.wallets (n integer primary key, wallet_id uuid not null);
comment on table bench.wallets is 'Of the makers, in ETH and funded; then of the takers.';
create table bench.tickets (
    n integer primary key,
    escrow_id uuid not null,
    maker_id uuid not null,
    taker_id uuid not null,
    perform text not null,
    accept text not null
);
comment on table bench.tickets is
'Escrows that wait for payment, with the decisions a client would send, as the text it would send.';

create function bench.populate(p_people integer) returns void
language plpgsql volatile
as $$
declare
    v_operator uuid := '00000000-0000-4000-8000-0000000000a9';
    v_user uuid;
    v_order uuid;
begin
    -- One operator books in what a whole market owns.
    update public.operator_limits set above = 1e18 where above > 0;
    for n in 1..p_people loop
        v_user := gen_random_uuid();
        insert into auth.users (id, email, email_confirmed_at)
        values (v_user, 'maker' || n || '@bench.test', now());
        insert into public.profile_verifications (party_id, change, tier, source) values (v_user, 'grant_tier', 3, 'operator');
        perform service.ledger_move_external(jsonb_build_object(
            'kind', 'deposit', 'party_id', v_user, 'currency', 'BTC', 'amount', '1000000', 'actor_id', v_operator,
            'aal', 'aal2', 'idempotency_key', 'deposit' || n, 'request_hash', 'h', 'reference', 'BTC ' || n
        ));
        perform service.ledger_move_external(jsonb_build_object(
            'kind', 'deposit', 'party_id', v_user, 'currency', 'ETH', 'amount', '1000000', 'actor_id', v_operator,
            'aal', 'aal2', 'idempotency_key', 'eth' || n, 'request_hash', 'h', 'reference', 'ETH ' || n
        ));
        insert into public.p2p_orders (
            user_id, type, cryptocurrency, fiat_currency, amount, price, min_order_amount, max_order_amount, payment_methods
        ) values (v_user, 'sell', 'BTC', 'USD', 1000000, 50000, 0.01, 100, '{sepa}')
        returning id into v_order;
        insert into public.payment_accounts (user_id, method, fields)
        values (v_user, 'sepa', '{"holder": "A Maker", "iban": "DE89370400440532013000"}');
        perform service.order_publish(jsonb_build_object(
            'order_id', v_order, 'actor_id', v_user, 'aal', 'aal2', 'idempotency_key', 'publish' || n, 'request_hash', 'h'
        ));
        insert into bench.makers values (n, v_user, v_order);
        v_user := gen_random_uuid();
        insert into auth.users (id, email, email_confirmed_at)
        values (v_user, 'taker' || n || '@bench.test', now());
        insert into public.profile_verifications (party_id, change, tier, source) values (v_user, 'grant_tier', 3, 'operator');
        insert into bench.takers values (n, v_user);
    end loop;
    insert into bench.wallets
    select n, ledger.wallet_of(user_id, 'ETH') from bench.makers
    union all
    select p_people + n, ledger.wallet_of(user_id, 'ETH') from bench.takers;
end
$$;

create function bench.refill() returns integer
language plpgsql volatile
as $$
declare
    v_count integer;
begin
    truncate bench.tickets;
    insert into bench.tickets
    select
        row_number() over (order by t.id) - 1, t.id, t.seller_id, t.buyer_id,
        jsonb_build_object(
            'escrow_id', t.id, 'expected_version', 1, 'event', 'perform', 'actor_kind', 'user',
            'actor_id', t.buyer_id, 'aal', 'aal1', 'idempotency_key', gen_random_uuid(),
            'request_hash', md5(t.id::text), 'deadline_at', now() + interval '24 hours',
            'expires_at', now() + interval '24 hours'
        )::text,
        jsonb_build_object(
            'escrow_id', t.id, 'expected_version', 2, 'event', 'accept', 'actor_kind', 'user',
            'actor_id', t.seller_id, 'aal', 'aal2', 'idempotency_key', gen_random_uuid(),
            'request_hash', md5(t.id::text), 'payer_amount', '0', 'payee_amount', '0.00995', 'fee_amount', '0.00005',
            'payload', '{"payer_name_matches": true}'::jsonb
        )::text
    from public.p2p_trades as t where t.status = 'pending_payment';
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
reset role;
