-- Contracts: what both sides sign, fixed to the byte. What becomes of the money is the
-- matter of the escrows, one for each milestone; a contract has no state of its own.

create table public.contracts (
    id uuid primary key,
    offer_id uuid not null unique references public.offers (id) on delete restrict,
    listing_id uuid not null references public.listings (id) on delete restrict,
    buyer_id uuid not null references public.parties (id) on delete restrict,
    seller_id uuid not null references public.parties (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    total public.money_amount not null check (total > 0),
    policy_id text not null references public.escrow_policies (id) on delete restrict,
    rail text not null,
    document text not null,
    document_hash text not null check (document_hash ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null
);
alter table public.contracts enable row level security;
create index contracts_listing_id_idx on public.contracts (listing_id);
create index contracts_buyer_id_idx on public.contracts (buyer_id, created_at desc);
create index contracts_seller_id_idx on public.contracts (seller_id, created_at desc);
create index contracts_currency_idx on public.contracts (currency);
create index contracts_policy_id_idx on public.contracts (policy_id);
select private.make_append_only('public.contracts');
comment on table public.contracts is
'What came of an accepted offer: the document both sides sign. Nothing in it changes; other words are another contract.';
comment on column public.contracts.id is 'The contract.';
comment on column public.contracts.offer_id is 'Offer it came of.';
comment on column public.contracts.listing_id is 'Listing a unit of which it is about.';
comment on column public.contracts.buyer_id is 'Who pays: payer of the escrows.';
comment on column public.contracts.seller_id is 'Who delivers: payee of the escrows.';
comment on column public.contracts.currency is 'Currency of every milestone.';
comment on column public.contracts.total is 'Sum of the milestones.';
comment on column public.contracts.policy_id is 'Policy of the escrows: how long each duty lasts, what silence means.';
comment on column public.contracts.rail is 'How the buyer pays.';
comment on column public.contracts.document is 'The contract as canonical JSON (RFC 8785): the bytes that are signed.';
comment on column public.contracts.document_hash is 'sha256 of the document in UTF-8, in hex: what both sides sign; terms_hash of the escrows.';
comment on column public.contracts.created_at is 'When the offer was accepted.';

create table public.contract_milestones (
    id uuid primary key references private.escrow_transactions (id) on delete restrict,
    contract_id uuid not null references public.contracts (id) on delete restrict,
    position integer not null check (position between 1 and 20),
    title text not null,
    description text not null,
    amount public.money_amount not null check (amount > 0),
    days integer not null check (days between 1 and 365),
    reference_amount public.money_amount,
    unique (contract_id, position)
);
alter table public.contract_milestones enable row level security;
select private.make_append_only('public.contract_milestones');
comment on table public.contract_milestones is
'Part of a contract. Its id is that of its escrow, which says where it stands; a dispute about one leaves the others alone.';
comment on column public.contract_milestones.id is 'The milestone; its escrow has the same id.';
comment on column public.contract_milestones.contract_id is 'Contract it belongs to.';
comment on column public.contract_milestones.position is 'Place in the contract, from 1.';
comment on column public.contract_milestones.title is 'What is to be delivered, in a line.';
comment on column public.contract_milestones.description is 'What is to be delivered, at length.';
comment on column public.contract_milestones.amount is 'What it is worth, in the currency of the contract.';
comment on column public.contract_milestones.reference_amount is
'Worth at the acceptance in the reference currency of the limits; null where nobody knew and no limit asked.';
comment on column public.contract_milestones.days is 'Days to deliver, from when it is paid in.';

create table public.contract_signatures (
    contract_id uuid not null references public.contracts (id) on delete restrict,
    role text not null check (role in ('buyer', 'seller')),
    signed_by uuid not null references auth.users (id) on delete restrict,
    document_hash text not null check (document_hash ~ '^[0-9a-f]{64}$'),
    signed_at timestamptz not null,
    primary key (contract_id, role)
);
alter table public.contract_signatures enable row level security;
create index contract_signatures_signed_by_idx on public.contract_signatures (signed_by);
select private.make_append_only('public.contract_signatures');
comment on table public.contract_signatures is 'Who signed which bytes, and when: written with the moves of the escrows.';
comment on column public.contract_signatures.contract_id is 'What was signed.';
comment on column public.contract_signatures.role is 'Side that signed.';
comment on column public.contract_signatures.signed_by is 'User who signed for that side, with a second factor.';
comment on column public.contract_signatures.document_hash is 'sha256 of what was signed.';
comment on column public.contract_signatures.signed_at is 'When, by the database clock.';

create table public.deliveries (
    id uuid primary key,
    milestone_id uuid not null references public.contract_milestones (id) on delete restrict,
    revision integer not null check (revision >= 0),
    note text not null,
    files text[] not null,
    delivered_by uuid references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    unique (milestone_id, revision)
);
alter table public.deliveries enable row level security;
select private.make_text('public.deliveries', 'prose', 'note');
create index deliveries_delivered_by_idx on public.deliveries (delivered_by);
select private.make_erasable('public.deliveries', 'note');
comment on table public.deliveries is 'What the seller handed over: one row for each revision of a milestone.';
comment on column public.deliveries.id is 'The delivery.';
comment on column public.deliveries.milestone_id is 'What it is for; also its escrow.';
comment on column public.deliveries.revision is '0 for the first; one more for each revision the buyer asked for.';
comment on column public.deliveries.note is 'Words of the seller: where it is, how to check it.';
comment on column public.deliveries.files is 'sha256 of what was handed over, at most 20.';
comment on column public.deliveries.delivered_by is 'User who delivered.';
comment on column public.deliveries.created_at is 'When, by the database clock.';

create table private.returned_units (
    contract_id uuid primary key references public.contracts (id) on delete restrict,
    returned_at timestamptz not null
);
alter table private.returned_units enable row level security;
select private.make_append_only('private.returned_units');
comment on table private.returned_units is
'Contracts that came to nothing, and whose unit can be had again: once each, however many milestones end at once.';
comment on column private.returned_units.contract_id is 'The contract.';
comment on column private.returned_units.returned_at is 'When its last milestone ended.';

-- Where a contract stands, read from its escrows.
create view public.contract_progress with (security_invoker = true) as
select
    m.contract_id,
    count(*)::integer as milestones,
    count(*) filter (where e.completed_at is null)::integer as open_milestones,
    sum(e.payee_amount + e.fee_amount)::public.money_amount as paid_out,
    case
        when bool_or(e.state in ('disputed', 'decided')) then 'disputed'
        when bool_or(e.state = 'proposed') then 'proposed'
        when bool_or(e.state in ('awaiting_funds', 'funding_exception')) then 'awaiting_funds'
        when bool_or(e.completed_at is null) then 'active'
        when bool_and(e.state = 'void') then 'void'
        when bool_and(e.state in ('void', 'refunded')) then 'cancelled'
        else 'completed'
    end as status
from public.contract_milestones as m
inner join private.escrow_transactions as e on m.id = e.id
group by m.contract_id;
comment on view public.contract_progress is
'Where each contract stands: proposed (a signature is missing), awaiting_funds, active, disputed, then completed, cancelled (all went back) or void (never paid in).';
comment on column public.contract_progress.contract_id is 'The contract.';
comment on column public.contract_progress.milestones is 'How many parts it has.';
comment on column public.contract_progress.open_milestones is 'How many of them have not ended.';
comment on column public.contract_progress.paid_out is 'What went to the seller so far, fees included; null: nothing has ended with money.';
comment on column public.contract_progress.status is 'One word for all parts together.';

insert into private.refusals (code, status, detail, hint) values
('contract_not_found', 404, 'No such contract.', '');

create function private.contract_answer(p_contract_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'contract_id', c.id, 'document_hash', c.document_hash, 'total', trim_scale(c.total)::text,
            'currency', c.currency, 'rail', c.rail,
            'milestones', (
                select jsonb_agg(
                    jsonb_build_object('milestone_id', m.id, 'position', m.position)
                    || (private.escrow_answer(e) - array['escrow_id', 'event'])
                    order by m.position
                )
                from public.contract_milestones as m join private.escrow_transactions as e on e.id = m.id
                where m.contract_id = c.id
            )
        )
        from public.contracts as c where c.id = p_contract_id
    );
end
$$;
comment on function private.contract_answer(uuid) is 'Answer of a contract command: the contract and where its milestones stand.';

create function private.contract_document(
    p_contract_id uuid, p_offer public.offers, p_policy_id text, p_now timestamptz
) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'format', 'holdfast-contract-1', 'contract_id', p_contract_id, 'offer_id', p_offer.id,
            'made_at', to_char(p_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'listing', jsonb_build_object(
                'id', p_offer.listing_id, 'title', p_offer.listing_copy -> 'title',
                'description', p_offer.listing_copy -> 'description', 'images', p_offer.listing_copy -> 'images',
                'snapshots', p_offer.listing_copy -> 'snapshots', 'sha256', p_offer.listing_hash
            ),
            'buyer', jsonb_build_object('id', p_offer.buyer_id, 'name', buyer.display_name),
            'seller', jsonb_build_object('id', p_offer.seller_id, 'name', seller.display_name),
            'currency', p_offer.currency, 'total', trim_scale(p_offer.amount)::text, 'rail', p_offer.rail,
            'conditions', p_offer.conditions,
            'policy', jsonb_build_object(
                'id', p.id, 'fee_bps', p.fee_bps, 'max_revisions', p.max_revisions,
                'inspection_seconds', extract(epoch from p.accept_within)::bigint
            ),
            'milestones', (
                select jsonb_agg(m.value || jsonb_build_object('days', (m.value ->> 'days')::integer) order by m.ordinality)
                from jsonb_array_elements(p_offer.milestones) with ordinality as m
            )
        )
        from public.escrow_policies as p, public.parties as buyer, public.parties as seller
        where p.id = p_policy_id and buyer.id = p_offer.buyer_id and seller.id = p_offer.seller_id
    );
end
$$;
comment on function private.contract_document(uuid, public.offers, text, timestamptz) is
'Everything that was agreed, as it will be signed; of the listing what the offer froze.';

-- Definer: service_role may give commands, not write the tables.
create function service.offer_accept(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.offer_command_context := private.begin_offer_command(command, 'offer_accept');
    v_now timestamptz := v_context.now;
    v_offer public.offers := v_context.offer;
    v_listing public.listings := v_context.listing;
    v_policy public.escrow_policies;
    v_contract public.contracts;
    v_document text;
    v_worths numeric[];
    v_milestone record;
    v_escrow private.escrow_transactions;
    v_id uuid;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_context.role = v_offer.author_role then
        perform private.refuse('offer_is_yours');
    elsif v_listing.status not in ('active', 'paused') or v_listing.units_left = 0
        or v_listing.expires_at <= v_now then
        perform private.refuse('listing_changed');
    elsif private.is_blocked(v_offer.buyer_id, v_offer.seller_id) or not private.other_side_may(
        case v_context.role when 'buyer' then v_offer.seller_id else v_offer.buyer_id end, 'offer_accept'
    ) then
        perform private.refuse('seller_unavailable');
    end if;
    perform private.check_offer_rail(v_offer, v_listing, v_context.role);
    select array_agg(private.reference_worth(
        v_offer.currency, (m.value ->> 'amount')::numeric, v_offer.currency, (m.value ->> 'amount')::numeric, v_now
    ) order by m.ordinality) into v_worths
    from jsonb_array_elements(v_offer.milestones) with ordinality as m;
    -- Their sum, so that what was checked is what counts.
    perform private.check_limits(
        case v_context.role when 'buyer' then v_offer.buyer_id else v_offer.seller_id end,
        case v_context.role when 'buyer' then v_offer.seller_id else v_offer.buyer_id end,
        (select case when count(w) = count(*) then sum(w) end from unnest(v_worths) as w),
        private.worth_is_known(v_offer.currency, v_now), false, v_now
    );
    select p.* into strict v_policy
    from public.listing_categories as c join public.escrow_policies as p on p.id = c.policy_id
    where c.id = v_offer.listing_copy ->> 'category';

    update public.offers set
        status = 'accepted', last_event = 'accept', last_actor_role = v_context.role, updated_at = v_now
    where id = v_offer.id;
    update public.listings set
        units_left = units_left - 1,
        status = case when units_left = 1 then 'sold_out' else status end,
        last_event = 'sell', last_actor_role = 'buyer'
    where id = v_listing.id;

    perform private.check_scripts(v_offer);
    v_id := private.uuid_v7(v_now);
    v_document := private.canonical_json(
        private.contract_document(v_id, v_offer, v_policy.id, v_now)
    );
    insert into public.contracts (
        id, offer_id, listing_id, buyer_id, seller_id, currency, total, policy_id, rail, document, document_hash, created_at
    ) values (
        v_id, v_offer.id, v_listing.id, v_offer.buyer_id, v_offer.seller_id, v_offer.currency, v_offer.amount,
        v_policy.id, v_offer.rail, v_document, encode(sha256(convert_to(v_document, 'UTF8')), 'hex'), v_now
    ) returning * into v_contract;
    v_escrow.product := 'market';
    v_escrow.policy_id := v_policy.id;
    v_escrow.rail := v_contract.rail;
    v_escrow.payer_id := v_contract.buyer_id;
    v_escrow.payee_id := v_contract.seller_id;
    v_escrow.currency := v_contract.currency;
    v_escrow.terms_hash := v_contract.document_hash;
    v_escrow.state := 'proposed';
    v_escrow.deadline_at := v_now + v_policy.sign_within;
    v_escrow.expires_at := v_escrow.deadline_at;
    v_escrow.last_event := 'open';
    v_escrow.last_actor_role := 'system';
    v_escrow.created_at := v_now;
    for v_milestone in
        select m.value as part, m.ordinality::integer as place, private.uuid_v7(v_now) as id
        from jsonb_array_elements(v_offer.milestones) with ordinality as m
    loop
        v_escrow.id := v_milestone.id;
        v_escrow.amount := (v_milestone.part ->> 'amount')::numeric;
        v_escrow.perform_within := make_interval(days => (v_milestone.part ->> 'days')::integer);
        perform private.escrow_open(v_escrow);
        insert into public.contract_milestones (
            id, contract_id, position, title, description, amount, days, reference_amount
        ) values (
            v_milestone.id, v_id, v_milestone.place, v_milestone.part ->> 'title', v_milestone.part ->> 'description',
            (v_milestone.part ->> 'amount')::numeric, (v_milestone.part ->> 'days')::integer,
            v_worths[v_milestone.place]
        );
    end loop;
    perform private.emit_event(
        'contract.make', 'contract', v_id, 1, array[v_contract.buyer_id, v_contract.seller_id],
        jsonb_build_object(
            'offer_id', v_offer.id, 'total', trim_scale(v_contract.total)::text, 'currency', v_contract.currency,
            'document_hash', v_contract.document_hash
        ), v_now
    );
    return private.finish_command(command, private.contract_answer(v_id), v_now);
end
$$;
comment on function service.offer_accept(service.command) is
'The other side accepts an offer {offer_id, actor_id, idempotency_key, request_hash}: a unit is gone, the contract and an escrow for each milestone are made -> the contract. Raises offer_is_yours (403), listing_changed, limit_exceeded, counterparty_limit (409), and what private.check_offer_rail raises.';
