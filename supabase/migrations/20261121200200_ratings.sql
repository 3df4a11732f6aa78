-- What the two sides of a settled trade say of each other, blind until neither can answer the other.

create table public.p2p_ratings (
    trade_id uuid not null references public.p2p_trades (id) on delete restrict,
    author_role text not null check (author_role in ('buyer', 'seller')),
    author_id uuid not null references public.parties (id) on delete restrict,
    party_id uuid not null references public.parties (id) on delete restrict,
    score smallint not null check (score between 1 and 5),
    comment text not null default '' check (length(comment) <= 500),
    blind_until timestamptz not null,
    shown_after interval not null check (shown_after between '0' and '3 days'),
    created_at timestamptz not null,
    primary key (trade_id, author_role)
);
alter table public.p2p_ratings enable row level security;
select private.make_text('public.p2p_ratings', 'prose', 'comment');
select private.make_quota('public.p2p_ratings', 'rating', 'author_id');
create index p2p_ratings_author_id_idx on public.p2p_ratings (author_id);
create index p2p_ratings_party_id_idx on public.p2p_ratings (party_id, created_at desc);
select private.make_erasable('public.p2p_ratings', 'comment');
comment on table public.p2p_ratings is
'One rating per side of a settled trade (completed or split) that was worth one (p2p_trades.is_rated: it has cost a fee), written over PostgREST (trade_id, score, comment) within private.rating_window() of the end. Only its author reads it until both sides have rated or that time is over; then both sides do, and everybody a little later, each rating at a time of its own.';
comment on column public.p2p_ratings.trade_id is 'The trade; also the id of its escrow.';
comment on column public.p2p_ratings.author_role is 'Side of the trade that rates: buyer or seller.';
comment on column public.p2p_ratings.author_id is 'Party that rates. Not granted to anybody: readers see the side.';
comment on column public.p2p_ratings.party_id is 'Party that is rated: the other side.';
comment on column public.p2p_ratings.score is '1 (bad) to 5 (good).';
comment on column public.p2p_ratings.comment is 'Text, at most 500 characters.';
comment on column public.p2p_ratings.blind_until is 'End of the time to rate this trade: from then on both sides read it, whether or not the other side has rated.';
comment on column public.p2p_ratings.shown_after is 'How long after that strangers read it: by chance, so that the two ratings of a trade do not come out together.';
comment on column public.p2p_ratings.created_at is 'When it was written, by the clock of the database.';

-- A table of its own: the ratings never change, and a policy of theirs cannot read their own table.
create table public.p2p_rating_reveals (
    trade_id uuid primary key references public.p2p_trades (id) on delete restrict,
    revealed_at timestamptz not null
);
alter table public.p2p_rating_reveals enable row level security;
select private.make_append_only('public.p2p_rating_reveals');
comment on table public.p2p_rating_reveals is 'Trades that both sides have rated: both read both ratings.';
comment on column public.p2p_rating_reveals.trade_id is 'The trade.';
comment on column public.p2p_rating_reveals.revealed_at is 'When the second rating came.';

create function private.rating_public_at(p_rating public.p2p_ratings) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(
        (select v.revealed_at from public.p2p_rating_reveals as v where v.trade_id = p_rating.trade_id), p_rating.blind_until
    ) + p_rating.shown_after;
end
$$;
comment on function private.rating_public_at(public.p2p_ratings) is
'From when on everybody reads a rating: not before both sides read it, and at a time that does not tie it to the other.';

create function private.rating_window() returns interval
language plpgsql immutable set search_path = ''
as $$
begin
    return interval '14 days';
end
$$;
comment on function private.rating_window() is 'How long after its end a trade may be rated.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('trade_not_settled', 409, 'Only a trade that was completed or split is rated.', ''),
('trade_not_rated', 409, 'A trade of so little is not rated.', 'trade_minimums says from which amount on.'),
('rating_window_closed', 409, 'The time to rate this trade is over.', 'A trade is rated within 14 days of its end.'),
('rating_exists', 409, 'This side has rated the trade.', ''),
('rating_invalid', 422, 'A rating has a score of 1 to 5 and a comment of at most 500 characters.', '');

-- Definer: stamps what the author may not choose, and locks the trade.
create function private.tg_p2p_ratings__stamp() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_trade record;
begin
    -- Two at once would each believe to be the first.
    select t.buyer_id, t.seller_id, t.status, t.is_rated, e.completed_at into v_trade
    from public.p2p_trades as t
    join private.escrow_transactions as e on e.id = t.id
    where t.id = new.trade_id
    for no key update of t;
    new.created_at := private.clock();
    new.author_role := case
        when private.acts_for(auth.uid(), v_trade.buyer_id) then 'buyer'
        when private.acts_for(auth.uid(), v_trade.seller_id) then 'seller'
    end;
    if new.author_role is null then
        perform private.refuse('trade_not_found');
    elsif v_trade.status not in ('completed', 'split') then
        perform private.refuse('trade_not_settled');
    elsif not v_trade.is_rated then
        perform private.refuse('trade_not_rated');
    elsif new.created_at >= v_trade.completed_at + private.rating_window() then
        perform private.refuse('rating_window_closed');
    elsif exists (
        select from public.p2p_ratings as r where r.trade_id = new.trade_id and r.author_role = new.author_role
    ) then
        perform private.refuse('rating_exists');
    elsif not coalesce(new.score between 1 and 5 and length(new.comment) <= 500, false) then
        perform private.refuse('rating_invalid');
    end if;
    new.author_id := case new.author_role when 'buyer' then v_trade.buyer_id else v_trade.seller_id end;
    new.party_id := case new.author_role when 'buyer' then v_trade.seller_id else v_trade.buyer_id end;
    new.blind_until := v_trade.completed_at + private.rating_window();
    new.shown_after := random() * interval '3 days';
    return new;
end
$$;
comment on function private.tg_p2p_ratings__stamp() is
'Law 7 for ratings: author, side, rated party and times come from the token, the trade and the clock. Raises trade_not_found (404), trade_not_settled, trade_not_rated, rating_window_closed, rating_exists (409), rating_invalid (422).';
create trigger _500_stamp before insert on public.p2p_ratings
for each row execute function private.tg_p2p_ratings__stamp();

-- Definer: authors hold no right on reveals and the outbox.
create function private.tg_p2p_ratings__reveal() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_both boolean := (select count(*) = 2 from public.p2p_ratings as r where r.trade_id = new.trade_id);
begin
    if v_both then
        insert into public.p2p_rating_reveals (trade_id, revealed_at) values (new.trade_id, new.created_at);
    end if;
    perform private.emit_event(
        'trade.rated', 'trade_rating', new.trade_id, case when v_both then 2 else 1 end,
        array[new.author_id, new.party_id],
        jsonb_build_object('trade_id', new.trade_id, 'author_role', new.author_role, 'revealed', v_both),
        new.created_at
    );
    return null;
end
$$;
comment on function private.tg_p2p_ratings__reveal() is
'Opens both ratings of a trade when the second comes; tells both sides that there is a rating, not what it says.';
create trigger _600_reveal after insert on public.p2p_ratings
for each row execute function private.tg_p2p_ratings__reveal();
