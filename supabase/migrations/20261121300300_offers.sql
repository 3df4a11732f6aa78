-- Offers: how buyer and seller come to terms. A counter-offer is an offer of the other side.

create type public.offer_status as enum (
    'pending', 'countered', 'accepted', 'rejected', 'withdrawn', 'expired', 'closed'
);

create function private.milestones_refusal(p_milestones jsonb, p_amount numeric, p_currency text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if jsonb_typeof(p_milestones) is distinct from 'array' or jsonb_array_length(p_milestones) not between 1 and 20 then
        return 'bad_milestones';
    end if;
    return (
        select case
            when not bool_and(coalesce(
                jsonb_typeof(m) = 'object' and (m - array['title', 'description', 'amount', 'days']) = '{}'::jsonb
                and jsonb_typeof(m -> 'title') = 'string' and length(m ->> 'title') <= 140
                and private.has_words(m ->> 'title') and private.text_problem('title', m ->> 'title') is null
                and jsonb_typeof(m -> 'description') = 'string' and length(m ->> 'description') <= 5000
                and jsonb_typeof(m -> 'amount') = 'string' and m ->> 'amount' ~ '^[0-9]{1,20}(\.[0-9]{1,18})?$'
                and m ->> 'days' ~ '^[1-9][0-9]{0,2}$' and (m ->> 'days')::integer <= 365, false
            )) then 'bad_milestones'
            when not bool_and(private.fits((m ->> 'amount')::numeric, p_currency) and (m ->> 'amount')::numeric > 0)
                or sum((m ->> 'amount')::numeric) <> p_amount then 'milestones_do_not_add_up'
        end
        from jsonb_array_elements(p_milestones) as m
    );
end
$$;
comment on function private.milestones_refusal(jsonb, numeric, text) is
'What speaks against a list of milestones [{title, description, amount, days}] that together are worth an amount; null: nothing.';

create function private.listing_copy(p_listing public.listings) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'id', p_listing.id, 'version', p_listing.version, 'category', p_listing.category,
        'title', p_listing.title, 'description', p_listing.description,
        'price', trim_scale(p_listing.price)::text, 'currency', p_listing.currency,
        'images', to_jsonb(p_listing.images), 'metadata', p_listing.metadata,
        'snapshots', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'id', a.id, 'provider', a.provider, 'kind', a.kind, 'asset_id', a.asset_id, 'sha256', a.sha256
            ) order by a.id), '[]')
            from public.asset_snapshots as a where a.id = any (p_listing.snapshots)
        )
    );
end
$$;
comment on function private.listing_copy(public.listings) is
'What a listing says at this moment, as an offer freezes it.';

create table public.offers (
    id uuid primary key,
    listing_id uuid not null references public.listings (id) on delete restrict,
    parent_id uuid references public.offers (id) on delete restrict,
    buyer_id uuid not null references public.parties (id) on delete restrict,
    seller_id uuid not null references public.parties (id) on delete restrict,
    author_role text not null check (author_role in ('buyer', 'seller')),
    author_id uuid not null references auth.users (id) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    currency text not null references public.currencies (code) on delete restrict,
    rail text not null default 'internal',
    conditions text not null default '' check (length(conditions) <= 5000),
    milestones jsonb not null,
    listing_copy jsonb not null,
    listing_hash text not null check (listing_hash ~ '^[0-9a-f]{64}$'),
    status public.offer_status not null default 'pending',
    version integer not null default 1,
    last_event text not null,
    last_actor_role text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint offers_nobody_buys_from_oneself check (buyer_id <> seller_id)
);
alter table public.offers enable row level security;
select private.make_blankable('public.offers');
select private.make_text('public.offers', 'prose', 'conditions', 'milestones');
create unique index offers_one_pending_idx on public.offers (listing_id, buyer_id) where status = 'pending';
create index offers_listing_id_idx on public.offers (listing_id, status);
create index offers_parent_id_idx on public.offers (parent_id);
create index offers_buyer_id_idx on public.offers (buyer_id, created_at desc);
create index offers_seller_id_idx on public.offers (seller_id, created_at desc);
create index offers_author_id_idx on public.offers (author_id);
create index offers_currency_idx on public.offers (currency);
create index offers_expires_at_idx on public.offers (expires_at) where status = 'pending';
select private.make_audited('public.offers');
comment on table public.offers is
'What one side would agree to for one unit of a listing. The other side accepts, rejects or counters it; a buyer has one open chain on a listing.';
comment on column public.offers.id is 'The offer.';
comment on column public.offers.listing_id is 'What it is for.';
comment on column public.offers.parent_id is 'Offer of the other side that it counters; null: the first of its chain.';
comment on column public.offers.buyer_id is 'Party that would pay.';
comment on column public.offers.seller_id is 'Party that would deliver: the seller of the listing.';
comment on column public.offers.author_role is 'Side that made it; the other one may accept.';
comment on column public.offers.author_id is 'User who made it.';
comment on column public.offers.amount is 'Price of one unit, all milestones together.';
comment on column public.offers.currency is 'Currency of the listing.';
comment on column public.offers.rail is 'How the buyer would pay; a counter-offer may name another.';
comment on column public.offers.conditions is 'What the author asks for besides; becomes part of the contract.';
comment on column public.offers.milestones is
'Parts [{title, description, amount (string), days (to deliver, from when it is paid in)}] that add up to the amount.';
comment on column public.offers.listing_copy is
'What the listing said when the first offer of the chain was made: of this the contract is made, whatever the listing says later.';
comment on column public.offers.listing_hash is 'sha256 of the copy as canonical JSON (RFC 8785) in UTF-8, in hex; stands in the contract.';
comment on column public.offers.status is
'pending, then countered, accepted, rejected, withdrawn, expired, or closed because the listing was sold or closed.';
comment on column public.offers.version is 'Number of moves; set by the database.';
comment on column public.offers.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.offers.last_actor_role is 'Who made the last move.';
comment on column public.offers.expires_at is 'From here on it cannot be accepted.';
comment on column public.offers.created_at is 'When it was made, by the database clock.';
comment on column public.offers.updated_at is 'When the row last changed, by the database clock.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(1, 'offer', null, 'make', 'buyer', 'pending', 'on an active listing, or countering the seller'),
(1, 'offer', null, 'make', 'seller', 'pending', 'countering the buyer'),
(2, 'offer', 'pending', 'counter', 'buyer', 'countered', 'a new offer takes its place'),
(2, 'offer', 'pending', 'counter', 'seller', 'countered', 'a new offer takes its place'),
(3, 'offer', 'pending', 'accept', 'buyer', 'accepted', 'the seller''s offer becomes a contract'),
(3, 'offer', 'pending', 'accept', 'seller', 'accepted', 'the buyer''s offer becomes a contract'),
(4, 'offer', 'pending', 'reject', 'buyer', 'rejected', ''),
(4, 'offer', 'pending', 'reject', 'seller', 'rejected', ''),
(5, 'offer', 'pending', 'withdraw', 'buyer', 'withdrawn', 'by its author'),
(5, 'offer', 'pending', 'withdraw', 'seller', 'withdrawn', 'by its author'),
(6, 'offer', 'pending', 'expire', 'timer', 'expired', 'nobody answered in time'),
(7, 'offer', 'pending', 'close', 'system', 'closed', 'the listing was sold out, closed or ran out'),
(8, 'offer', 'pending', 'outage_credit', 'system', 'pending', 'the time of a declared outage is added to its expiry');

insert into private.refusals (code, status, detail, hint) values
('listing_not_found', 404, 'No such listing.', ''),
('listing_not_active', 409, 'The listing takes no offers now.', ''),
('listing_changed', 409, 'The listing was withdrawn or sold out after the offer was made.', ''),
('own_listing', 409, 'Nobody buys from themselves.', ''),
('seller_unavailable', 409, 'One of the two does not want to deal with the other.', ''),
('offer_not_found', 404, 'No such offer.', ''),
('offer_open_already', 409, 'You have an open offer on this listing.', 'Withdraw it, or answer the seller''s.'),
('offer_not_pending', 409, 'The offer is no longer open.', 'Read it again.'),
('offer_is_yours', 403, 'The other side answers an offer; its author may withdraw it.', ''),
('offer_is_theirs', 403, 'Only its author withdraws an offer.', ''),
('bad_offer', 422, 'An amount above zero in the decimals of the currency, and at most 30 days to answer.', ''),
('bad_milestones', 422, '1 to 20 milestones, each with title, description, amount and days from 1 to 365.', ''),
('milestones_do_not_add_up', 422, 'The milestones do not add up to the amount.', '');

create function private.tg_offers__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if private.is_erasing() then
        return new;
    end if;
    if not private.has_edge(
        'offer', case when tg_op = 'UPDATE' then old.status::text end, '', new.last_event, new.last_actor_role,
        new.status::text, ''
    ) or (tg_op = 'UPDATE' and (
        old.amount, old.rail, old.milestones, old.conditions, old.buyer_id, old.seller_id, old.listing_id,
        old.listing_copy, old.listing_hash
    ) is distinct from (
        new.amount, new.rail, new.milestones, new.conditions, new.buyer_id, new.seller_id, new.listing_id,
        new.listing_copy, new.listing_hash
    )) then
        raise sqlstate 'PT409' using
            message = 'illegal_move', detail = 'An offer does not change but by its moves.';
    end if;
    new.version := case tg_op when 'INSERT' then 1 else old.version + 1 end;
    return new;
end
$$;
comment on function private.tg_offers__guard() is 'Law 2 for offers; what was offered never changes.';
create trigger _500_guard before insert or update on public.offers
for each row execute function private.tg_offers__guard();

-- Definer: commands write the outbox through it.
create function private.tg_offers__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'offer.' || new.last_event, 'offer', new.id, new.version,
        array[new.buyer_id, new.seller_id],
        jsonb_build_object(
            'status', new.status, 'listing_id', new.listing_id, 'author_role', new.author_role,
            'amount', trim_scale(new.amount)::text, 'currency', new.currency, 'rail', new.rail
        ), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_offers__event() is 'Tells both sides of every step of an offer.';
create trigger _600_event after insert or update on public.offers
for each row execute function private.tg_offers__event();

-- Definer: a seller closes a listing over PostgREST, and writes no offer.
create function private.tg_listings__offers() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.offers set
        status = 'closed', last_event = 'close', last_actor_role = 'system', updated_at = new.updated_at
    where listing_id = new.id and status = 'pending';
    return null;
end
$$;
comment on function private.tg_listings__offers() is 'A listing that can no longer be had closes what was offered for it.';
create trigger _510_offers after update on public.listings
for each row when (
    new.status in ('sold_out', 'closed', 'expired') and old.status not in ('sold_out', 'closed', 'expired')
) execute function private.tg_listings__offers();
