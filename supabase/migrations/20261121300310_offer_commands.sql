-- Make, counter, reject, withdraw, expire. Accepting makes the contract: see there.

create type private.offer_command_context as (
    answer jsonb,
    actor_id uuid,
    role text,
    now timestamptz,
    offer public.offers,
    listing public.listings
);
comment on type private.offer_command_context is
'A command about an offer that has begun: the stored answer of a repeated key, or who commands as which side, and the locked rows.';

create function private.begin_offer_command(command jsonb, p_act text) returns private.offer_command_context
language plpgsql volatile set search_path = ''
as $$
declare
    v_context private.offer_command_context;
    v_offer public.offers;
    v_listing public.listings;
begin
    v_context.actor_id := private.command_actor(command);
    -- The listing first: acceptances of its units take turns.
    select l.* into v_listing from public.listings as l
    where l.id = (select o.listing_id from public.offers as o where o.id = (command ->> 'offer_id')::uuid)
    for no key update;
    select * into v_offer from public.offers where id = (command ->> 'offer_id')::uuid for no key update;
    v_context.role := case
        when private.acts_for(v_context.actor_id, v_offer.buyer_id) then 'buyer'
        when private.acts_for(v_context.actor_id, v_offer.seller_id) then 'seller'
    end;
    if v_context.role is null then
        perform private.refuse('offer_not_found');
    end if;
    v_context.answer := private.command_answer(command);
    v_context.now := private.clock();
    v_context.offer := v_offer;
    v_context.listing := v_listing;
    if v_context.answer is not null then
        return v_context;
    elsif v_offer.status = 'closed' then
        perform private.refuse('listing_changed');
    elsif v_offer.status <> 'pending' or v_offer.expires_at <= v_context.now then
        perform private.refuse('offer_not_pending');
    end if;
    perform private.ask(command, case v_context.role when 'buyer' then v_offer.buyer_id else v_offer.seller_id end, p_act);
    return v_context;
end
$$;
comment on function private.begin_offer_command(jsonb, text) is
'Common entry of commands about an open offer: listing lock, offer lock, side, key, whether the side may do the act. Raises offer_not_found (404), offer_not_pending, listing_changed (409) and what private.ask raises.';

create function private.check_offer_rail(p_offer public.offers, p_listing public.listings, p_role text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_policy public.escrow_policies;
begin
    perform private.check_rail(
        p_offer.rail, p_offer.currency, p_offer.amount,
        case p_role when 'buyer' then p_offer.buyer_id else p_offer.seller_id end,
        case p_role when 'buyer' then p_offer.seller_id else p_offer.buyer_id end
    );
    perform private.check_payments(p_offer.rail, p_offer.currency, array(
        select (m ->> 'amount')::numeric from jsonb_array_elements(p_offer.milestones) as m
    ));
    select p.* into strict v_policy
    from public.listing_categories as c join public.escrow_policies as p on p.id = c.policy_id
    where c.id = p_listing.category;
    if (select r.hold_within from public.rails as r where r.id = p_offer.rail) < (
        select max(private.longest_hold(v_policy, make_interval(days => (m ->> 'days')::integer)))
        from jsonb_array_elements(p_offer.milestones) as m
    ) then
        perform private.refuse('rail_hold_too_short');
    end if;
end
$$;
comment on function private.check_offer_rail(public.offers, public.listings, text) is
'Checks the rail of an offer for the side that asks now and for the other. Raises what private.check_rail raises, payment_out_of_range (422), rail_hold_too_short (409).';

create function private.take_offer_quota(p_author_id uuid, p_other_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    -- In one order, so that two authors never wait for each other.
    v_maximum integer := private.take_quota('offer', p_author_id);
    v_to_one integer := private.take_quota('offer_to_one', p_author_id, p_other_id);
begin
    perform private.check_open('offer', v_maximum, (
        select count(*) from public.offers as o
        where o.status = 'pending' and ((o.buyer_id = p_author_id and o.author_role = 'buyer')
            or (o.seller_id = p_author_id and o.author_role = 'seller'))
    ));
    perform private.check_open('offer_to_one', v_to_one, (
        select count(*) from public.offers as o
        where o.status = 'pending' and ((o.buyer_id = p_author_id and o.seller_id = p_other_id and o.author_role = 'buyer')
            or (o.seller_id = p_author_id and o.buyer_id = p_other_id and o.author_role = 'seller'))
    ));
end
$$;
comment on function private.take_offer_quota(uuid, uuid) is
'Counts one more offer of a party, and of it to this receiver. Raises quota_exceeded (429).';

create function private.check_scripts(p_offer public.offers) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_script text := private.unsupported_script(concat(
        p_offer.listing_copy ->> 'title', p_offer.listing_copy ->> 'description', p_offer.conditions, p_offer.milestones
    ));
begin
    if v_script is not null then
        perform private.refuse(
            'unsupported_script', format('A contract becomes a PDF, and the PDF cannot show %s as it is written.', v_script),
            jsonb_build_object('script', v_script)
        );
    end if;
end
$$;
comment on function private.check_scripts(public.offers) is
'Checks that the words of a contract of this offer can be read in its document: those of the listing, the conditions and the milestones. Names of parties are not asked: nobody is shut out by a name. Raises unsupported_script (422).';

create function private.make_offer(
    command jsonb, p_listing public.listings, p_buyer_id uuid, p_role text, p_parent_id uuid, p_now timestamptz
) returns public.offers
language plpgsql volatile set search_path = ''
as $$
declare
    v_offer public.offers;
    v_amount numeric := (command ->> 'amount')::numeric;
    v_expires timestamptz := coalesce((command ->> 'expires_at')::timestamptz, p_now + interval '72 hours');
    v_rail text;
    v_parent public.offers;
    v_copy jsonb;
    v_refusal text;
begin
    if not coalesce(
        v_amount > 0 and private.fits(v_amount, p_listing.currency)
        and v_expires > p_now and v_expires <= p_now + interval '30 days'
        and length(coalesce(command ->> 'conditions', '')) <= 5000, false
    ) then
        perform private.refuse('bad_offer');
    end if;
    select * into v_parent from public.offers where id = p_parent_id;
    v_rail := private.known_rail(coalesce(command ->> 'rail', v_parent.rail, 'internal'));
    if v_rail <> all (p_listing.rails) then
        perform private.refuse('rail_not_accepted');
    end if;
    v_refusal := private.milestones_refusal(command -> 'milestones', v_amount, p_listing.currency);
    if v_refusal is not null then
        perform private.refuse(v_refusal);
    elsif private.is_blocked(p_buyer_id, p_listing.seller_id) or not private.other_side_may(
        case p_role when 'buyer' then p_listing.seller_id else p_buyer_id end, 'offer_accept'
    ) then
        perform private.refuse('seller_unavailable');
    elsif exists (
        select from public.offers where listing_id = p_listing.id and buyer_id = p_buyer_id and status = 'pending'
    ) then
        perform private.refuse('offer_open_already');
    end if;
    -- The chain is about what was listed when it began.
    v_copy := coalesce(v_parent.listing_copy, private.listing_copy(p_listing));
    perform private.take_offer_quota(
        case p_role when 'buyer' then p_buyer_id else p_listing.seller_id end,
        case p_role when 'buyer' then p_listing.seller_id else p_buyer_id end
    );
    insert into public.offers (
        id, listing_id, parent_id, buyer_id, seller_id, author_role, author_id, amount, currency, rail, conditions,
        milestones, listing_copy, listing_hash, last_event, last_actor_role, expires_at, created_at, updated_at
    ) values (
        private.uuid_v7(p_now), p_listing.id, p_parent_id, p_buyer_id, p_listing.seller_id, p_role,
        (command ->> 'actor_id')::uuid, v_amount, p_listing.currency, v_rail,
        coalesce(command ->> 'conditions', ''),
        command -> 'milestones', v_copy,
        encode(sha256(convert_to(private.canonical_json(v_copy), 'UTF8')), 'hex'), 'make', p_role, v_expires, p_now, p_now
    ) returning * into v_offer;
    perform private.check_offer_rail(v_offer, p_listing, p_role);
    perform private.check_scripts(v_offer);
    return v_offer;
end
$$;
comment on function private.make_offer(jsonb, public.listings, uuid, text, uuid, timestamptz) is
'Writes an offer on a locked listing; a counter-offer keeps the rail unless it names another, and the copy of the listing. Raises bad_offer, bad_milestones, milestones_do_not_add_up (422), seller_unavailable, offer_open_already, rail_not_accepted (409) and what private.check_offer_rail raises.';

create function private.offer_answer(p_offer public.offers) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'offer_id', p_offer.id, 'listing_id', p_offer.listing_id, 'status', p_offer.status,
            'author_role', p_offer.author_role, 'amount', trim_scale(p_offer.amount)::text,
            'currency', p_offer.currency, 'rail', p_offer.rail, 'listing_hash', p_offer.listing_hash,
            'expires_at', p_offer.expires_at
        )
    );
end
$$;
comment on function private.offer_answer(public.offers) is 'Answer of an offer command.';

-- Definer: service_role may give commands, not write the tables.
create function service.offer_make(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_buyer uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_listing public.listings;
    v_answer jsonb;
    v_now timestamptz;
begin
    select * into v_listing from public.listings where id = (command ->> 'listing_id')::uuid for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if v_listing.id is null or v_listing.status = 'draft' or (v_listing.guild_id is not null and not exists (
        select from public.guild_members where guild_id = v_listing.guild_id and user_id = v_actor
    )) then
        perform private.refuse('listing_not_found');
    elsif not private.acts_for(v_actor, v_buyer) then
        perform private.refuse('not_your_party');
    elsif private.acts_for(v_actor, v_listing.seller_id) then
        perform private.refuse('own_listing');
    end if;
    perform private.ask(command, v_buyer, 'offer_make');
    if v_listing.status <> 'active' or v_listing.expires_at <= v_now then
        perform private.refuse('listing_not_active');
    end if;
    return private.finish_command(
        command, private.offer_answer(private.make_offer(command, v_listing, v_buyer, 'buyer', null, v_now)), v_now
    );
end
$$;
comment on function service.offer_make(service.command) is
'A buyer offers {listing_id, amount, milestones, rail, conditions, expires_at, party_id, actor_id, idempotency_key, request_hash} -> the offer. Raises listing_not_found (404), listing_not_active, own_listing and what private.make_offer raises.';

-- Definer: as offer_make.
create function service.offer_counter(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.offer_command_context := private.begin_offer_command(command, 'offer_counter');
    v_offer public.offers := v_context.offer;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_context.role = v_offer.author_role then
        perform private.refuse('offer_is_yours');
    end if;
    update public.offers set
        status = 'countered', last_event = 'counter', last_actor_role = v_context.role, updated_at = v_context.now
    where id = v_offer.id;
    v_offer := private.make_offer(command, v_context.listing, v_offer.buyer_id, v_context.role, v_offer.id, v_context.now);
    return private.finish_command(command, private.offer_answer(v_offer), v_context.now);
end
$$;
comment on function service.offer_counter(service.command) is
'The other side puts an offer of its own in the place of one {offer_id, amount, milestones, rail, conditions, expires_at, actor_id, idempotency_key, request_hash} -> the new offer. Raises offer_is_yours (403) and what private.make_offer raises.';

-- Definer: as offer_make.
create function service.offer_decline(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.offer_command_context := private.begin_offer_command(command, 'offer_decline');
    v_offer public.offers := v_context.offer;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif command ->> 'event' = 'reject' and v_context.role = v_offer.author_role then
        perform private.refuse('offer_is_yours');
    elsif command ->> 'event' = 'withdraw' and v_context.role <> v_offer.author_role then
        perform private.refuse('offer_is_theirs');
    end if;
    update public.offers set
        status = (case command ->> 'event' when 'reject' then 'rejected' else 'withdrawn' end)::public.offer_status,
        last_event = command ->> 'event', last_actor_role = v_context.role, updated_at = v_context.now
    where id = v_offer.id
    returning * into v_offer;
    return private.finish_command(command, private.offer_answer(v_offer), v_context.now);
end
$$;
comment on function service.offer_decline(service.command) is
'The other side rejects an offer, or its author withdraws it {offer_id, event reject|withdraw, actor_id, idempotency_key, request_hash}. Raises offer_is_yours, offer_is_theirs (403).';

create function private.credit_offers(p_outage public.outages, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_done integer;
begin
    with due as (
        select o.id, p_outage.to_at - greatest(p_outage.from_at, o.created_at) as lost
        from public.offers as o
        where o.status = 'pending' and o.created_at < p_outage.to_at and o.expires_at > p_outage.from_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = p_outage.id and c.object_id = o.id
            )
        order by o.id
        limit p_max_rows
        for no key update
    ), moved as (
        update public.offers as o set
            expires_at = o.expires_at + due.lost, last_event = 'outage_credit', last_actor_role = 'system',
            updated_at = v_now
        from due where o.id = due.id
    )
    insert into private.outage_credits (outage_id, object_id, credited)
    select p_outage.id, due.id, due.lost from due;
    get diagnostics v_done = row_count;
    return v_done;
end
$$;
comment on function private.credit_offers(public.outages, integer) is
'Gives a batch of open offers the time back in which nobody could answer them; how many.';

-- Definer: a schedule has no user, and service_role writes no table.
create function service.market_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_id uuid;
    v_ended integer := 0;
begin
    if private.sweep_is_late(v_now) then
        return 0;
    end if;
    for v_id in
        select id from public.offers where status = 'pending' and expires_at <= v_now
            and not private.is_put_off('offer', id::text, v_now)
            -- Who lost time to an outage has it back first.
            and not private.owed_time(id, created_at)
        order by expires_at limit max_rows for no key update skip locked
    loop
        begin
            update public.offers set status = 'expired', last_event = 'expire', last_actor_role = 'timer', updated_at = v_now
            where id = v_id;
            perform private.went_through('offer', v_id::text);
            v_ended := v_ended + 1;
        exception when others then
            perform private.put_off('offer', v_id::text, sqlerrm, v_now);
        end;
    end loop;
    for v_id in
        select id from public.listings
        where status in ('draft', 'active', 'paused', 'sold_out') and expires_at <= v_now
            and not private.is_put_off('listing', id::text, v_now)
        order by expires_at limit max_rows for no key update skip locked
    loop
        begin
            update public.listings set status = 'expired', last_event = 'expire', last_actor_role = 'timer' where id = v_id;
            perform private.went_through('listing', v_id::text);
            v_ended := v_ended + 1;
        exception when others then
            perform private.put_off('listing', v_id::text, sqlerrm, v_now);
        end;
    end loop;
    delete from public.guild_invitations
    where (guild_id, user_id) in (
        select guild_id, user_id from public.guild_invitations where expires_at <= v_now
        order by expires_at limit max_rows for update skip locked
    );
    return v_ended;
end
$$;
comment on function service.market_expire(integer) is
'Ends offers and listings whose time is over, and forgets such invitations; returns how many offers and listings. At most max_rows of each.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(10, 'listing', 'active', 'pause', 'system', 'paused', 'its seller was stopped; contracts go on');

create function private.pause_listings_of(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.listings set status = 'paused', last_event = 'pause', last_actor_role = 'system'
    where seller_id = p_party_id and status = 'active';
end
$$;
comment on function private.pause_listings_of(uuid) is 'Pauses the published listings of a party that was stopped.';
