-- Search among many listings. Over the table it is right, but slow: row level security comes
-- before operators that are not leakproof, so neither a word nor a price finds its index.

create index listings_newest_of_category_idx on public.listings (category, created_at desc, id) where status = 'active';
create index listings_cheapest_idx on public.listings (currency, price, id) where status = 'active';

create type private.listing_line as (
    id uuid,
    seller_id uuid,
    guild_id uuid,
    category text,
    title text,
    price text,
    currency text,
    units_left integer,
    rails text [],
    images text[], -- noqa: LT01
    created_at timestamptz,
    expires_at timestamptz
);
comment on type private.listing_line is 'A listing that takes offers. The price is a text: what a function returns as a number, PostgREST would write as a JSON number.';

-- Definer: row level security would keep words and prices out of the index conditions. Gives
-- nothing but active listings: everybody's, and those of the caller's guilds.
create function private.listing_page(
    p_words text, p_category text, p_currency text, p_least numeric, p_most numeric, p_cheapest boolean,
    p_after_id uuid, p_lines integer
) returns setof private.listing_line
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_words tsquery := websearch_to_tsquery('simple', left(p_words, 200));
    v_guilds uuid[] := array(select private.my_guilds());
    v_lines integer := least(greatest(p_lines, 1), 100);
    v_after public.listings;
    v_order text := case when p_cheapest then 'l.price, l.id' else 'l.created_at desc, l.id' end;
    v_fits text := $sql$
        l.status = 'active' and (l.guild_id is null or l.guild_id = any ($1))
        and ($2 is null or l.category = $2) and ($3 is null or l.currency = $3)
        and ($4 is null or l.price >= $4) and ($5 is null or l.price <= $5)
    $sql$ || case
        when p_after_id is null then ''
        when p_cheapest then 'and (l.price, l.id) > ($6, $7)'
        else 'and l.created_at <= $8 and (l.created_at < $8 or l.id > $7)'
    end;
    v_walk integer := 2000;
    v_page uuid[];
begin
    if numnode(v_words) = 0 then
        v_words := null;
    end if;
    select * into v_after from public.listings where id = p_after_id;
    -- A common word is found on the first listings. Where those have half a page of it, a few
    -- thousand more have the rest; a rarer word has few enough listings to fetch them all.
    loop
        execute format(
            'select array(select l.id from (select l.* from public.listings as l where %1$s order by %2$s limit $10) as l
            where $9 is null or l.search @@ $9 order by %2$s limit $11)', v_fits, v_order
        ) into v_page
        using v_guilds, p_category, p_currency, p_least, p_most, v_after.price, p_after_id, v_after.created_at, v_words,
            case when v_words is null then v_lines else v_walk end, v_lines;
        exit when v_words is null or cardinality(v_page) not between (v_lines + 1) / 2 and v_lines - 1 or v_walk > 10000;
        v_walk := v_walk * 4;
    end loop;
    if v_words is not null and cardinality(v_page) < v_lines then
        execute format(
            'with l as materialized (
                select l.id, l.price, l.created_at from public.listings as l where %1$s and l.search @@ $9
            ) select array(select l.id from l order by %2$s limit $10)', v_fits, v_order
        ) into v_page
        using v_guilds, p_category, p_currency, p_least, p_most, v_after.price, p_after_id, v_after.created_at, v_words,
            v_lines;
    end if;
    return query
    select
        l.id, l.seller_id, l.guild_id, l.category, l.title, trim_scale(l.price)::text, l.currency, l.units_left, l.rails,
        l.images, l.created_at, l.expires_at
    from unnest(v_page) with ordinality as place (id, number)
    inner join public.listings as l on l.id = place.id
    order by place.number;
end
$$;
comment on function private.listing_page(text, text, text, numeric, numeric, boolean, uuid, integer) is
'A page of listings: words on the first thousands in the order asked for, and if they are too rare there, by the index of words.';

create function public.listing_page(
    words text default null, category text default null, currency text default null,
    price_from public.money_amount default null, price_to public.money_amount default null,
    cheapest boolean default false, after_id uuid default null, page_size integer default 20
) returns setof private.listing_line
language plpgsql stable set search_path = ''
as $$
begin
    if currency is null and (cheapest or price_from is not null or price_to is not null) then
        raise sqlstate 'PT422' using
            message = 'currency_needed',
            detail = 'Prices compare in one currency only: name it.';
    end if;
    return query select * from private.listing_page(
        listing_page.words, listing_page.category, listing_page.currency, listing_page.price_from, listing_page.price_to,
        listing_page.cheapest, listing_page.after_id, listing_page.page_size
    );
end
$$;
comment on function public.listing_page(
    text, text, text, public.money_amount, public.money_amount, boolean, uuid, integer
) is
'Listings that take offers, newest first or cheapest first, then by id. words: all of them in title or description, as one types them into a search engine. after_id: of the last line of the page before. At most 100 lines. Raises currency_needed (422) for prices without one.';
