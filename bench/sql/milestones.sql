-- Pays contracts in from the balance, and makes a ticket for each milestone: the decisions with
-- which its seller delivers and its buyer releases.
create function bench.pay_in(p_contracts integer, p_people integer) returns void
language plpgsql volatile
as $$
declare
    v_operator uuid := '00000000-0000-4000-8000-0000000000a9';
    v_day jsonb := jsonb_build_object('deadline_at', now() + interval '1 day', 'expires_at', now() + interval '1 day');
    v_signed record;
begin
    for v_signed in select * from bench.sign(p_contracts, p_people, 'internal', 'USD') loop
        perform service.ledger_move_external(jsonb_build_object(
            'kind', 'deposit', 'party_id', v_signed.buyer_id, 'currency', 'USD', 'amount', '1', 'actor_id', v_operator,
            'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h', 'reference', gen_random_uuid()
        ));
        perform bench.commit(v_signed.escrow_id, 3, 'fund', v_signed.buyer_id, v_day);
        insert into bench.tickets
        select
            count(*), v_signed.escrow_id, v_signed.buyer_id, v_signed.seller_id,
            (v_day || jsonb_build_object(
                'escrow_id', v_signed.escrow_id, 'expected_version', 4, 'event', 'perform', 'actor_kind', 'user',
                'actor_id', v_signed.seller_id, 'aal', 'aal1', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
                'payload', '{"note": "It is in the group now."}'::jsonb
            ))::text,
            jsonb_build_object(
                'escrow_id', v_signed.escrow_id, 'expected_version', 5, 'event', 'accept', 'actor_kind', 'user',
                'actor_id', v_signed.buyer_id, 'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
                'payer_amount', '0', 'payee_amount', '0.95', 'fee_amount', '0.05'
            )::text
        from bench.tickets;
    end loop;
end
$$;
