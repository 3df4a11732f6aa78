-- Contracts that were paid in by the commands of both sides, and a ticket for each milestone:
-- the decisions with which its seller delivers and its buyer releases.
create function bench.commit(p_escrow uuid, p_version integer, p_event text, p_actor uuid, p_more jsonb) returns void
language plpgsql volatile
as $$
begin
    perform service.escrow_commit(jsonb_build_object(
        'escrow_id', p_escrow, 'expected_version', p_version, 'event', p_event, 'actor_kind', 'user', 'actor_id', p_actor,
        'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
    ) || p_more);
end
$$;

create function bench.pay_in(p_contracts integer, p_people integer) returns void
language plpgsql volatile
as $$
declare
    v_operator uuid := '00000000-0000-4000-8000-0000000000a9';
    v_listing uuid;
    v_contract jsonb;
    v_milestone uuid;
    v_day jsonb := jsonb_build_object('deadline_at', now() + interval '1 day', 'expires_at', now() + interval '1 day');
    v_terms jsonb;
    v_side record;
begin
    for v_side in
        select row.n, m.user_id as buyer, t.user_id as seller
        from generate_series(1, p_contracts) as row (n)
        join bench.makers as m on m.n = 1 + row.n % p_people
        join bench.takers as t on t.n = 1 + row.n % p_people
    loop
        perform service.ledger_move_external(jsonb_build_object(
            'kind', 'deposit', 'party_id', v_side.buyer, 'currency', 'USD', 'amount', '2', 'actor_id', v_operator,
            'aal', 'aal2', 'idempotency_key', 'usd' || v_side.n, 'request_hash', 'h'
        ));
        insert into public.listings (seller_id, category, title, price, currency)
        values (v_side.seller, 'goods', 'A thing', 2, 'USD') returning id into v_listing;
        update public.listings set status = 'active', last_event = 'publish' where id = v_listing;
        v_contract := service.offer_accept(jsonb_build_object(
            'offer_id', service.offer_make(jsonb_build_object(
                'listing_id', v_listing, 'actor_id', v_side.buyer, 'amount', '2', 'milestones', jsonb_build_array(
                    jsonb_build_object('title', 'First half', 'description', '', 'amount', '1', 'days', 14),
                    jsonb_build_object('title', 'Second half', 'description', '', 'amount', '1', 'days', 14)
                ), 'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
            )) ->> 'offer_id',
            'actor_id', v_side.seller, 'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
        ));
        v_terms := jsonb_build_object('payload', jsonb_build_object('terms_hash', v_contract ->> 'document_hash'));
        for v_milestone in select (m ->> 'milestone_id')::uuid from jsonb_array_elements(v_contract -> 'milestones') as m loop
            perform bench.commit(v_milestone, 1, 'sign', v_side.seller, v_terms);
            perform bench.commit(v_milestone, 2, 'countersign', v_side.buyer, v_terms || v_day);
            perform bench.commit(v_milestone, 3, 'fund', v_side.buyer, v_day);
            insert into bench.tickets
            select
                count(*), v_milestone, v_side.buyer, v_side.seller,
                (v_day || jsonb_build_object(
                    'escrow_id', v_milestone, 'expected_version', 4, 'event', 'perform', 'actor_kind', 'user',
                    'actor_id', v_side.seller, 'aal', 'aal1', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
                    'payload', '{"note": "It is in the group now."}'::jsonb
                ))::text,
                jsonb_build_object(
                    'escrow_id', v_milestone, 'expected_version', 5, 'event', 'accept', 'actor_kind', 'user',
                    'actor_id', v_side.buyer, 'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
                    'payer_amount', '0', 'payee_amount', '0.95', 'fee_amount', '0.05'
                )::text
            from bench.tickets;
        end loop;
    end loop;
end
$$;
