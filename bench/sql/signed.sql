-- Contracts of makers and takers by the commands of both sides, up to both signatures: a maker
-- buys, a taker sells, two milestones of one unit each.
create or replace function bench.commit(
    p_escrow uuid, p_version integer, p_event text, p_actor uuid, p_more jsonb
) returns void
language plpgsql volatile
as $$
begin
    perform service.escrow_commit(jsonb_build_object(
        'escrow_id', p_escrow, 'expected_version', p_version, 'event', p_event, 'actor_kind', 'user', 'actor_id', p_actor,
        'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
    ) || p_more);
end
$$;

create or replace function bench.sign(
    p_contracts integer, p_people integer, p_rail text, p_currency text
) returns table (escrow_id uuid, buyer_id uuid, seller_id uuid)
language plpgsql volatile
as $$
declare
    v_listing uuid;
    v_contract jsonb;
    v_milestone jsonb := '{"title": "A half", "description": "", "amount": "1", "days": 14}';
    v_hour jsonb := jsonb_build_object('deadline_at', now() + interval '1 hour', 'expires_at', now() + interval '1 hour');
    v_terms jsonb;
begin
    for buyer_id, seller_id in
        select m.user_id, t.user_id
        from generate_series(1, p_contracts) as row (n)
        join bench.makers as m on m.n = 1 + row.n % p_people
        join bench.takers as t on t.n = 1 + row.n % p_people
    loop
        insert into public.listings (seller_id, category, title, price, currency)
        values (seller_id, 'goods', 'A thing', 2, p_currency) returning id into v_listing;
        update public.listings set status = 'active', last_event = 'publish' where id = v_listing;
        v_contract := service.offer_accept(jsonb_build_object(
            'offer_id', service.offer_make(jsonb_build_object(
                'listing_id', v_listing, 'actor_id', buyer_id, 'amount', '2', 'rail', p_rail,
                'milestones', jsonb_build_array(v_milestone, v_milestone),
                'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
            )) ->> 'offer_id',
            'actor_id', seller_id, 'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
        ));
        v_terms := jsonb_build_object('payload', jsonb_build_object('terms_hash', v_contract ->> 'document_hash'));
        for escrow_id in select (m ->> 'milestone_id')::uuid from jsonb_array_elements(v_contract -> 'milestones') as m loop
            perform bench.commit(escrow_id, 1, 'sign', seller_id, v_terms);
            perform bench.commit(escrow_id, 2, 'countersign', buyer_id, v_terms || v_hour);
            return next;
        end loop;
    end loop;
end
$$;
