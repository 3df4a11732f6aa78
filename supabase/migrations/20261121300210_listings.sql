-- Listings: what is for sale in the marketplace.

create type public.listing_status as enum ('draft', 'active', 'paused', 'sold_out', 'closed', 'expired');

create table public.listing_categories (
    id text primary key check (id ~ '^[a-z][a-z_]{1,39}$'),
    name text not null check (length(name) between 1 and 80),
    policy_id text not null references public.escrow_policies (id) on delete restrict,
    is_active boolean not null default true
);
alter table public.listing_categories enable row level security;
create index listing_categories_policy_id_idx on public.listing_categories (policy_id);
select private.make_audited('public.listing_categories');
select private.make_setting('public.listing_categories', 'Whether new listings may use a category.', '{
    "is_active": {}
}');
comment on table public.listing_categories is 'What can be listed, and which policy its escrows follow.';
comment on column public.listing_categories.id is 'Word of the category.';
comment on column public.listing_categories.name is 'Name shown to people.';
comment on column public.listing_categories.policy_id is 'Policy of the escrows: market_goods or market_service.';
comment on column public.listing_categories.is_active is 'Whether new listings may use it.';
insert into public.listing_categories (id, name, policy_id) values
('groups', 'Groups', 'market_goods'),
('games', 'Games and experiences', 'market_goods'),
('limiteds', 'Limited items', 'market_goods'),
('accounts', 'Domains and accounts', 'market_goods'),
('goods', 'Other goods', 'market_goods'),
('development', 'Development', 'market_service'),
('design', 'Design', 'market_service'),
('services', 'Other services', 'market_service');

create table public.listings (
    id uuid primary key default gen_random_uuid(),
    seller_id uuid not null references public.parties (id) on delete restrict,
    guild_id uuid references public.guilds (id) on delete restrict,
    category text not null references public.listing_categories (id) on delete restrict,
    title text not null,
    description text not null default '',
    price public.money_amount not null,
    currency text not null references public.currencies (code) on delete restrict,
    units integer not null default 1,
    units_left integer not null default 0 check (units_left between 0 and units),
    rails text[],
    images text[] not null default '{}',
    snapshots uuid[] not null default '{}',
    metadata jsonb not null default '{}',
    status public.listing_status not null default 'draft',
    version integer not null default 1,
    last_event text not null default 'draft',
    last_actor_role text not null default 'seller',
    expires_at timestamptz not null default private.clock() + interval '90 days',
    search tsvector not null generated always as (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', description), 'B')
    ) stored,
    created_at timestamptz not null default private.clock(),
    updated_at timestamptz not null default private.clock()
) with (fillfactor = 80);
alter table public.listings enable row level security;
select private.make_blankable('public.listings');
select private.make_text('public.listings', 'title', 'title');
select private.make_text('public.listings', 'prose', 'description', 'metadata');
select private.make_quota(
    'public.listings', 'listing', 'seller_id', '', $$status in ('draft', 'active', 'paused', 'sold_out')$$
);
select private.make_edit_quota('public.listings', 'seller_id');
create index listings_seller_id_idx on public.listings (seller_id, created_at desc);
create index listings_guild_id_idx on public.listings (guild_id);
create index listings_category_idx on public.listings (category);
create index listings_currency_idx on public.listings (currency);
create index listings_search_idx on public.listings using gin (search) where status = 'active';
create index listings_browse_idx on public.listings (category, currency, price, id) where status = 'active';
create index listings_newest_idx on public.listings (created_at desc, id) where status = 'active';
create index listings_expires_at_idx on public.listings (expires_at)
where status in ('draft', 'active', 'paused', 'sold_out');
comment on table public.listings is
'What a seller offers. Written by its seller over PostgREST: a draft freely, later the words, the price and the status; every change of status is a move of private.state_edges. Units go with acceptance and come back when a contract ends without a sale.';
comment on column public.listings.id is 'The listing; chosen by its seller.';
comment on column public.listings.seller_id is 'Party that sells.';
comment on column public.listings.guild_id is 'Guild whose members alone see it; null: everybody.';
comment on column public.listings.category is 'Row of listing_categories; gives the policy of the escrows.';
comment on column public.listings.title is 'What it is, in a line of 3 to 140 characters.';
comment on column public.listings.description is 'What it is, at length.';
comment on column public.listings.price is 'Asked price of one unit, in the currency; offers may differ.';
comment on column public.listings.currency is 'Currency of the price and of every offer.';
comment on column public.listings.units is 'How many there are in all.';
comment on column public.listings.units_left is 'How many no contract has taken; set when it is published.';
comment on column public.listings.rails is
'Ways of paying that the seller takes, as an offer names one; null: every one that is open. May change; open offers stay.';
comment on column public.listings.images is 'sha256 of up to 10 pictures, submitted by the seller before.';
comment on column public.listings.snapshots is
'Up to 5 rows of asset_snapshots, the seller''s own: what the thing is where it lives. A contract freezes them.';
comment on column public.listings.metadata is 'Whatever describes the thing: an object of at most 8 kB.';
comment on column public.listings.status is 'Where it stands; changed only by moves of private.state_edges.';
comment on column public.listings.version is 'Number of changes of the row.';
comment on column public.listings.last_event is 'Name of the last move.';
comment on column public.listings.last_actor_role is 'Who made the last move.';
comment on column public.listings.expires_at is 'When it closes by itself; at most 180 days ahead.';
comment on column public.listings.search is 'Words of title and description: ?search=wfts(simple).red hat.';
comment on column public.listings.created_at is 'When the row was made, by the database clock.';
comment on column public.listings.updated_at is 'When the row last changed, by the database clock.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(1, 'listing', null, 'draft', 'seller', 'draft', 'written over PostgREST'),
(2, 'listing', 'draft', 'publish', 'seller', 'active', 'all units can be had'),
(3, 'listing', 'active', 'pause', 'seller', 'paused', 'no new offers; open ones go on'),
(4, 'listing', 'paused', 'publish', 'seller', 'active', ''),
(5, 'listing', 'active', 'sell', 'buyer', 'active', 'a unit went with an accepted offer'),
(5, 'listing', 'paused', 'sell', 'buyer', 'paused', 'a unit went with an accepted offer'),
(6, 'listing', 'active', 'sell', 'buyer', 'sold_out', 'the last unit went; every other offer is closed'),
(6, 'listing', 'paused', 'sell', 'buyer', 'sold_out', 'the last unit went; every other offer is closed'),
(7, 'listing', 'active', 'unit_returned', 'system', 'active', 'a contract ended without a sale'),
(7, 'listing', 'paused', 'unit_returned', 'system', 'paused', 'a contract ended without a sale'),
(7, 'listing', 'sold_out', 'unit_returned', 'system', 'active', 'a contract ended without a sale'),
(8, 'listing', 'draft', 'close', 'seller', 'closed', ''),
(8, 'listing', 'active', 'close', 'seller', 'closed', 'open offers are closed, contracts go on'),
(8, 'listing', 'paused', 'close', 'seller', 'closed', 'open offers are closed, contracts go on'),
(8, 'listing', 'sold_out', 'close', 'seller', 'closed', 'contracts go on'),
(9, 'listing', 'draft', 'expire', 'timer', 'expired', ''),
(9, 'listing', 'active', 'expire', 'timer', 'expired', 'open offers are closed, contracts go on'),
(9, 'listing', 'paused', 'expire', 'timer', 'expired', 'open offers are closed, contracts go on'),
(9, 'listing', 'sold_out', 'expire', 'timer', 'expired', 'contracts go on');

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('bad_listing', 422, 'An active category and currency, a price above zero in its decimals, a title of 3 to 140 characters, 1 to 10000 units, one or more rails if any, at most 10 pictures that were submitted, at most 5 snapshots of the seller, metadata as an object of at most 8 kB, at most 180 days.', ''),
('listing_fixed', 409, 'Seller, guild, category, currency and units are fixed once it is published.', 'Close it and list anew.');
-- noqa: enable=LT05

create index listings_snapshots_idx on public.listings using gin (snapshots);

-- Definer: looks up moves and refusals for whoever writes.
create function private.tg_listings__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_is_client boolean := private.is_client();
begin
    -- A client writes the status it wants; the word for that is found here.
    if v_is_client and tg_op = 'UPDATE' and new.status <> old.status then
        new.last_actor_role := 'seller';
        new.last_event := case new.status
            when 'active' then 'publish' when 'paused' then 'pause' when 'closed' then 'close' else new.status::text
        end;
    end if;
    if tg_op = 'INSERT' or new.status <> old.status or new.units_left <> old.units_left then
        if not private.has_edge(
            'listing', case when tg_op = 'UPDATE' then old.status::text end, '', new.last_event, new.last_actor_role,
            new.status::text, ''
        ) then
            raise sqlstate 'PT409' using
                message = 'illegal_move',
                detail = format('A listing that is %s does not become %s.',
                    case when tg_op = 'UPDATE' then old.status::text else 'new' end, new.status);
        end if;
        if tg_op = 'UPDATE' and old.status = 'draft' and new.status = 'active' then
            new.units_left := new.units;
        end if;
    end if;
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
        if old.status in ('closed', 'expired') and v_is_client then
            perform private.refuse('listing_fixed');
        elsif old.status <> 'draft' and (old.seller_id, old.category, old.currency, old.units, old.guild_id)
            is distinct from (new.seller_id, new.category, new.currency, new.units, new.guild_id) then
            perform private.refuse('listing_fixed');
        end if;
    end if;
    if v_is_client and not (
        private.fits(new.price, new.currency) and new.price > 0 and new.units between 1 and 10000
        and length(new.title) <= 140 and length(private.visible(new.title)) >= 3 and length(new.description) <= 10000
        and (new.rails is null or (cardinality(new.rails) > 0 and not exists (
            select from unnest(new.rails) as n (rail) where not exists (select from public.rails as r where r.id = n.rail)
        )))
        and private.are_images_of(new.images, new.seller_id)
        and private.are_snapshots_of(new.snapshots, new.seller_id)
        and jsonb_typeof(new.metadata) = 'object' and pg_column_size(new.metadata) <= 8192
        and new.expires_at <= private.clock() + interval '180 days' and new.expires_at > private.clock()
        and exists (select from public.listing_categories where id = new.category and is_active)
        and exists (select from public.currencies where code = new.currency and is_active)
    ) then
        perform private.refuse('bad_listing');
    end if;
    return new;
end
$$;
comment on function private.tg_listings__guard() is 'Law 2 for listings, and the sanity of what is listed.';
create function private.tg_listings__published() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'listing_is_published',
        detail = 'A listing that was published is not deleted.',
        hint = 'Close it.';
end
$$;
comment on function private.tg_listings__published() is
'Tells a seller who deletes a listing that is no draft that it stays, where a policy would only hide the row.';
create trigger _400_published before delete on public.listings
for each row when (old.status <> 'draft' and current_user = 'authenticated')
execute function private.tg_listings__published();
create trigger _500_guard before insert or update on public.listings
for each row execute function private.tg_listings__guard();
create trigger _100_touch before update on public.listings
for each row execute function private.tg__touch();
select private.make_audited('public.listings');
