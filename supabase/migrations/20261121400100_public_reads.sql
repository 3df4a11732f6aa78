-- What somebody without an account may ask: functions that look up one thing or a short page by an
-- index, each question short, few at the same time. No table with people's words is open to them:
-- there a filter of their choice (a regular expression, a count) costs what they like.

create function private.take_lane() returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_place integer;
begin
    -- All strangers share four places. Each signed-in person has six for reading; commands are counted
    -- by their own locks and quotas, and the functions' own key is not held up.
    if current_user = 'anon' then
        v_place := 0;
    elsif current_user = 'api_key' then
        -- Here a revoked key ends, whatever it asks for.
        perform private.caller();
        if current_setting('request.method', true) not in ('GET', 'HEAD') then
            return;
        end if;
        v_place := 1 + abs(hashtext((private.my_key()).party_id::text) % 1000000);
    elsif current_user = 'authenticated' and current_setting('request.method', true) in ('GET', 'HEAD') then
        v_place := 1 + abs(hashtext(auth.uid()::text) % 1000000);
    else
        return;
    end if;
    for v_slot in 1..case v_place when 0 then 4 else 6 end loop
        if pg_try_advisory_xact_lock(7300 + v_slot, v_place) then
            return;
        end if;
    end loop;
    -- Raised here: those who call may not read the list of refusals.
    raise sqlstate 'PT429' using
        message = 'too_many_requests', detail = 'Too many questions are asked at the same time.',
        hint = 'Ask again a little later; whoever signs in has places of their own.';
end
$$;
comment on function private.take_lane() is
'Called by PostgREST before each request (db-pre-request): at most four questions of strangers, and six of one signed-in reader, are answered at the same time, so that nobody''s reading takes the connections that commands need; keys read from the places of their party, and only while they live. Raises too_many_requests (429), key_revoked (401).';

-- Definer: looks up one active order past row level security, and gives what the book gives.
create function private.book_order(p_order_id uuid) returns setof private.book_line
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_order public.p2p_orders;
    v_price private.order_price;
begin
    select * into v_order from public.p2p_orders
    where id = p_order_id and status = 'active' and expires_at > private.clock()
        and user_id <> all (private.kept_apart());
    if not found then
        return;
    end if;
    v_price := private.price_of_order(v_order, private.clock());
    if v_price.refusal = 'order_asleep' then
        return;
    end if;
    return next row(
        v_order.id, v_order.user_id, v_order.type, v_order.cryptocurrency, v_order.fiat_currency,
        trim_scale(v_price.price)::text, v_order.price_type, v_order.margin_bps, trim_scale(v_order.remaining)::text,
        trim_scale(v_order.min_order_amount)::text, trim_scale(v_order.max_order_amount)::text, v_order.payment_methods,
        v_order.time_limit, v_order.min_taker_tier, v_order.terms, v_order.completed_trades, v_order.expires_at,
        v_order.created_at
    )::private.book_line;
end
$$;
comment on function private.book_order(uuid) is 'One active order as a line of the book; its price is null while there is no index.';
create function public.p2p_order(order_id uuid) returns setof private.book_line
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.book_order(p2p_order.order_id);
end
$$;
comment on function public.p2p_order(uuid) is
'One order that can be taken now, as the book shows it; no row when there is none. price is null while its index is too old.';

create type private.listing_page_of_one as (
    id uuid,
    seller_id uuid,
    guild_id uuid,
    category text,
    title text,
    description text,
    price text,
    currency text,
    units integer,
    units_left integer,
    rails text [],
    images text[], -- noqa: LT01
    metadata jsonb,
    status public.listing_status,
    created_at timestamptz,
    expires_at timestamptz
);
comment on type private.listing_page_of_one is 'A listing with its words. The price is a text, as in private.listing_line.';

-- Definer: looks up one open listing past row level security.
create function private.open_listing(p_listing_id uuid) returns setof private.listing_page_of_one
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select
        l.id, l.seller_id, l.guild_id, l.category, l.title, l.description, trim_scale(l.price)::text, l.currency, l.units,
        l.units_left, l.rails, l.images, l.metadata, l.status, l.created_at, l.expires_at
    from public.listings as l
    where l.id = p_listing_id and l.status in ('active', 'sold_out')
        and (l.guild_id is null or l.guild_id = any (array(select private.my_guilds())));
end
$$;
comment on function private.open_listing(uuid) is 'One listing that is for sale or sold out; a guild''s for its members.';
create function public.listing(listing_id uuid) returns setof private.listing_page_of_one
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.open_listing(listing.listing_id);
end
$$;
comment on function public.listing(uuid) is
'One listing with its description: for sale or sold out; a guild''s for its members. No row when there is none.';

create type private.guild_card as (
    id uuid,
    name text,
    description text,
    created_at timestamptz
);
comment on type private.guild_card is 'What everybody may know of a guild.';
-- Definer: looks up one guild past row level security.
create function private.guild_card(p_guild_id uuid) returns setof private.guild_card
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select g.id, g.name, g.description, g.created_at from public.guilds as g where g.id = p_guild_id;
end
$$;
comment on function private.guild_card(uuid) is 'One guild.';
create function public.guild(guild_id uuid) returns setof private.guild_card
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.guild_card(guild.guild_id);
end
$$;
comment on function public.guild(uuid) is 'What everybody may know of a guild; no row when there is none.';

create type private.price_line as (
    as_of timestamptz,
    source text,
    price text,
    outcome text
);
comment on type private.price_line is 'What one source said at one time. The price is a text.';
-- Definer: reads a bounded part of the history past row level security.
create function private.price_lines(
    p_cryptocurrency text, p_fiat_currency text, p_before timestamptz, p_lines integer
) returns setof private.price_line
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select h.as_of, h.source, trim_scale(h.price)::text, h.outcome
    from public.price_history as h
    where h.cryptocurrency = p_cryptocurrency and h.fiat_currency = p_fiat_currency
        and h.as_of < p_before and h.as_of >= p_before - interval '31 days'
    order by h.as_of desc, h.source
    limit least(greatest(p_lines, 1), 500);
end
$$;
comment on function private.price_lines(text, text, timestamptz, integer) is
'Newest lines of the price history of a pair before a time, of at most 31 days and 500 lines.';
create function public.price_lines(
    cryptocurrency text, fiat_currency text, before timestamptz default null, page_size integer default 100
) returns setof private.price_line
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.price_lines(
        price_lines.cryptocurrency, price_lines.fiat_currency,
        coalesce(price_lines.before, private.clock() + interval '1 second'), price_lines.page_size
    );
end
$$;
comment on function public.price_lines(text, text, timestamptz, integer) is
'What sources said of a pair, newest first, before a time: within 31 days of it and at most 500 lines.';

create type private.trader_card as (
    party_id uuid,
    display_name text,
    member_since timestamptz,
    verification_tier smallint,
    phone_verified boolean,
    id_document_verified boolean,
    address_verified boolean,
    biometric_verified boolean,
    completed_trades integer,
    volume text,
    counterparties integer,
    score integer,
    dispute_loss_bps integer,
    median_pay_time interval,
    median_release_time interval,
    rating_count integer,
    rating_average text
);
comment on type private.trader_card is
'A row of trader_profiles, but for when it was computed: both sides of a trade are computed together. Numbers that are amounts are texts.';
-- Definer: looks up one trader past row level security.
create function private.trader_card(p_party_id uuid) returns setof private.trader_card
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select
        t.party_id, t.display_name, t.member_since, t.verification_tier, t.phone_verified, t.id_document_verified,
        t.address_verified, t.biometric_verified, t.completed_trades, trim_scale(t.volume)::text, t.counterparties, t.score,
        t.dispute_loss_bps, t.median_pay_time, t.median_release_time, t.rating_count, trim_scale(t.rating_average)::text
    from public.trader_profiles as t where t.party_id = p_party_id;
end
$$;
comment on function private.trader_card(uuid) is 'Public profile of one trader.';
create function public.trader(party_id uuid) returns setof private.trader_card
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.trader_card(trader.party_id);
end
$$;
comment on function public.trader(uuid) is
'Public profile of one trader, whose id an order or a listing has told; no row when there is none.';

create type private.party_card as (
    id uuid,
    kind public.party_kind,
    display_name text
);
comment on type private.party_card is 'Who a party is.';
-- Definer: looks up one party past row level security.
create function private.party_card(p_party_id uuid) returns setof private.party_card
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select p.id, p.kind, p.display_name from public.parties as p where p.id = p_party_id;
end
$$;
comment on function private.party_card(uuid) is 'Name of one party.';
create function public.party(party_id uuid) returns setof private.party_card
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.party_card(party.party_id);
end
$$;
comment on function public.party(uuid) is
'Name of one party, whose id a trade, an order or a listing has told; no row when there is none. Nobody lists the parties.';

create type private.rating_line as (
    author_role text,
    score smallint,
    comment text,
    month text
);
comment on type private.rating_line is 'What a trader''s counterparty said. Nothing in it ties it to a trade or to the other side''s rating.';
-- Definer: reads public ratings of one party past row level security.
create function private.rating_lines(p_party_id uuid, p_lines integer) returns setof private.rating_line
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select r.author_role, r.score, r.comment, to_char(private.rating_public_at(r) at time zone 'UTC', 'YYYY-MM')
    from public.p2p_ratings as r
    where r.party_id = p_party_id and private.rating_public_at(r) <= private.clock()
    order by 4 desc, md5(r.trade_id::text || r.author_role)
    limit least(greatest(p_lines, 1), 100);
end
$$;
comment on function private.rating_lines(uuid, integer) is
'Public ratings of one party, newest month first; inside a month in an order that says nothing.';
create function public.trader_ratings(party_id uuid, page_size integer default 20) returns setof private.rating_line
language plpgsql stable set search_path = ''
as $$
begin
    return query select * from private.rating_lines(trader_ratings.party_id, trader_ratings.page_size);
end
$$;
comment on function public.trader_ratings(uuid, integer) is
'What counterparties said of a trader, newest month first, at most 100.';
