-- What is public of a trader: who it is, what is verified, and what settled trades say.
-- Each counterparty is one voice, however often the two trade: volume counts by its logarithm, and
-- ratings, lost disputes and times are taken per counterparty before they are taken together. So a
-- hundred trades with a friend weigh little more than one.

create table public.trader_profiles (
    party_id uuid primary key references public.parties (id) on delete restrict,
    display_name text not null,
    member_since timestamptz not null,
    verification_tier smallint not null,
    phone_verified boolean not null,
    id_document_verified boolean not null,
    address_verified boolean not null,
    biometric_verified boolean not null,
    completed_trades integer not null default 0,
    volume public.money_amount not null default 0,
    counterparties integer not null default 0,
    score integer not null default 0,
    dispute_loss_bps integer not null default 0,
    median_pay_time interval,
    median_release_time interval,
    rating_count integer not null default 0,
    rating_average public.money_amount,
    refreshed_at timestamptz
) with (fillfactor = 80);
alter table public.trader_profiles enable row level security;
select private.make_blankable('public.trader_profiles');
-- A table and not a view: a view that runs as its reader would open the whole profile behind it.
comment on table public.trader_profiles is
'Public profile of everybody who has published an order or taken one. Name and flags follow parties and profiles at once; the figures follow settled trades and revealed ratings within a minute (service.reputation_refresh).';
comment on column public.trader_profiles.party_id is 'The trader.';
comment on column public.trader_profiles.display_name is 'As in parties.';
comment on column public.trader_profiles.member_since is 'When the profile was made.';
comment on column public.trader_profiles.verification_tier is 'Tier in force, as in profiles: what an order may ask of its takers.';
comment on column public.trader_profiles.phone_verified is 'As the other flags: copied from profiles.';
comment on column public.trader_profiles.id_document_verified is 'A government document was checked.';
comment on column public.trader_profiles.address_verified is 'A proof of address was checked.';
comment on column public.trader_profiles.biometric_verified is 'The face was compared with the document.';
comment on column public.trader_profiles.completed_trades is 'Settled trades, released or split, that were worth a rating (p2p_trades.is_rated). The other figures are of the same trades; a lost dispute counts whatever it was about.';
comment on column public.trader_profiles.volume is
'Worth of the released parts of settled trades, in private.reference_currency(). A trade counts at its reference_amount; where it has none, at its fiat amount if that is in the reference currency, else at nothing.';
comment on column public.trader_profiles.counterparties is 'Different parties among those of settled trades.';
comment on column public.trader_profiles.score is
'100 × sum over counterparties of ln(1 + volume with them / 100), less dispute_loss_bps; rounded. Logarithmic utility (D. Bernoulli, 1738) for each counterparty: what is added by another trade with the same one shrinks, what is added by a new one does not.';
comment on column public.trader_profiles.dispute_loss_bps is
'Counterparties to whom a dispute was lost, of all with whom a trade was settled or ruled upon; in basis points. Lost: a decision, or the rule where nobody decides, gave the trader less than half.';
comment on column public.trader_profiles.median_pay_time is 'As buyer, from the take to the payment: median over counterparties of the median of their settled trades; null: none.';
comment on column public.trader_profiles.median_release_time is 'As seller, from the payment to the end, in the same way.';
comment on column public.trader_profiles.rating_count is 'Ratings that are public.';
comment on column public.trader_profiles.rating_average is 'Mean over authors of the mean of their public ratings, 1 to 5, two decimals, as a string; null: none.';
comment on column public.trader_profiles.refreshed_at is 'When the figures were computed last; null: never, there was nothing to compute from.';

-- One row per cause, not per party: a counter that everybody meets would make trades wait for each other.
create table private.reputation_queue (
    id bigint generated always as identity primary key,
    party_id uuid not null,
    due_at timestamptz not null
);
alter table private.reputation_queue enable row level security;
create index reputation_queue_due_at_idx on private.reputation_queue (due_at);
comment on table private.reputation_queue is
'Parties whose figures are to be computed anew, written in the transaction that is the cause.';
comment on column private.reputation_queue.party_id is 'Whose figures; as often as there are causes.';
comment on column private.reputation_queue.due_at is 'From when on: the end of a trade, or when a rating becomes public.';

create function private.list_trader(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.trader_profiles (
        party_id, display_name, member_since, verification_tier, phone_verified, id_document_verified,
        address_verified, biometric_verified
    )
    select
        p.id, p.display_name, f.created_at, f.verification_tier, f.phone_verified, f.id_document_verified,
        f.address_verified, f.biometric_verified
    from public.parties as p
    join public.profiles as f on f.id = p.id
    where p.id = p_party_id and f.deleted_at is null
        and not exists (select from public.trader_profiles as listed where listed.party_id = p.id)
    on conflict (party_id) do nothing;
end
$$;
comment on function private.list_trader(uuid) is 'Makes the public profile of a trader, unless there is one or the user is gone.';

-- Definer: makers and takers write no profile.
create function private.tg_p2p_orders__list_maker() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.list_trader(new.user_id);
    return null;
end
$$;
comment on function private.tg_p2p_orders__list_maker() is 'Who publishes an order has a public profile.';
create trigger _610_list_maker after update on public.p2p_orders
for each row when (new.last_event = 'publish') execute function private.tg_p2p_orders__list_maker();

-- Definer: as above.
create function private.tg_p2p_trades__list_taker() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.list_trader(new.taker_id);
    return null;
end
$$;
comment on function private.tg_p2p_trades__list_taker() is 'Who takes an order has a public profile.';
create trigger _610_list_taker after insert on public.p2p_trades
for each row execute function private.tg_p2p_trades__list_taker();

-- Definer: whoever changes a name or a flag writes no public profile.
create function private.tg_profiles__trader() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.trader_profiles set
        verification_tier = new.verification_tier,
        phone_verified = new.phone_verified,
        id_document_verified = new.id_document_verified,
        address_verified = new.address_verified,
        biometric_verified = new.biometric_verified
    where party_id = new.id and new.deleted_at is null;
    delete from public.trader_profiles where party_id = new.id and new.deleted_at is not null;
    return null;
end
$$;
comment on function private.tg_profiles__trader() is 'The public profile follows the flags, and goes when the user goes.';
create trigger _610_trader after update on public.profiles
for each row when (
    (
        old.verification_tier, old.phone_verified, old.id_document_verified, old.address_verified,
        old.biometric_verified, old.deleted_at
    ) is distinct from (
        new.verification_tier, new.phone_verified, new.id_document_verified, new.address_verified,
        new.biometric_verified, new.deleted_at
    )
) execute function private.tg_profiles__trader();

-- Definer: as above.
create function private.tg_parties__trader() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.trader_profiles set display_name = new.display_name where party_id = new.id;
    return null;
end
$$;
comment on function private.tg_parties__trader() is 'The public profile follows the name.';
create trigger _610_trader after update of display_name on public.parties
for each row execute function private.tg_parties__trader();

-- Set-based: a sweep ends thousands of trades in one statement. Definer: whoever ends a trade may not queue.
create function private.tg_p2p_trades__reputation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.reputation_queue (party_id, due_at)
    select side.party_id, n.updated_at
    from new_rows as n
    join old_rows as o on o.id = n.id
    cross join lateral (values (n.buyer_id), (n.seller_id)) as side (party_id)
    where n.status in ('completed', 'split', 'refunded') and o.status <> n.status;
    return null;
end
$$;
comment on function private.tg_p2p_trades__reputation() is 'The end of a trade queues both sides.';
create trigger _610_reputation after update on public.p2p_trades
referencing new table as new_rows old table as old_rows
for each statement execute function private.tg_p2p_trades__reputation();

-- Definer: as above.
create function private.tg_p2p_ratings__reputation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.reputation_queue (party_id, due_at) values (new.party_id, new.blind_until + new.shown_after);
    return null;
end
$$;
comment on function private.tg_p2p_ratings__reputation() is 'A rating queues the rated party for the day it becomes public.';
create trigger _610_reputation after insert on public.p2p_ratings
for each row execute function private.tg_p2p_ratings__reputation();

-- Definer: as above.
create function private.tg_p2p_rating_reveals__reputation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.reputation_queue (party_id, due_at)
    select r.party_id, new.revealed_at + r.shown_after from public.p2p_ratings as r where r.trade_id = new.trade_id;
    return null;
end
$$;
comment on function private.tg_p2p_rating_reveals__reputation() is 'Ratings that become public queue both rated parties.';
create trigger _610_reputation after insert on public.p2p_rating_reveals
for each row execute function private.tg_p2p_rating_reveals__reputation();

create function private.reputations_of(p_parties uuid[], p_now timestamptz) returns table (
    party_id uuid, completed_trades integer, volume public.money_amount, counterparties integer, score integer,
    dispute_loss_bps integer, median_pay_time interval, median_release_time interval,
    rating_count integer, rating_average public.money_amount
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    with sides as (
        select t.buyer_id as owner_id, t.seller_id as other_id, true as is_buyer, t.*
        from public.p2p_trades as t
        where t.buyer_id = any (p_parties)
        union all
        select t.seller_id, t.buyer_id, false, t.*
        from public.p2p_trades as t
        where t.seller_id = any (p_parties)
    ),
    ended as (
        select
            s.owner_id, s.other_id, s.is_buyer, s.created_at, e.performed_at, e.completed_at,
            e.state <> 'refunded' and s.is_rated as is_settled,
            coalesce(s.reference_amount, case s.fiat_currency
                when private.reference_currency() then s.fiat_amount else 0
            end) * (e.payee_amount + e.fee_amount) / e.amount as worth,
            e.last_event in ('settle_decision', 'timeout_settle', 'timeout_undecided') as is_ruled,
            -- In basis points: half of an odd number of units is half.
            round((e.payee_amount + e.fee_amount) / e.amount, 4) as buyer_part
        from sides as s
        join private.escrow_transactions as e on e.id = s.id
        where s.status in ('completed', 'split', 'refunded')
    ),
    voices as (
        select
            x.owner_id,
            count(*) filter (where x.is_settled) as trades,
            coalesce(sum(x.worth) filter (where x.is_settled), 0) as worth,
            bool_or(x.is_ruled and case when x.is_buyer then x.buyer_part < 0.5 else x.buyer_part > 0.5 end) as has_lost,
            percentile_cont(0.5) within group (order by x.performed_at - x.created_at)
                filter (where x.is_settled and x.is_buyer) as pay_time,
            percentile_cont(0.5) within group (order by x.completed_at - x.performed_at)
                filter (where x.is_settled and not x.is_buyer) as release_time
        from ended as x
        where x.is_settled or x.is_ruled
        group by x.owner_id, x.other_id
    ),
    traded as (
        select
            v.owner_id,
            sum(v.trades) as trades,
            round(sum(v.worth), 2) as worth,
            count(*) filter (where v.trades > 0) as others,
            100 * sum(ln(1 + v.worth / 100)) as points,
            count(*) filter (where v.has_lost) * 10000 / count(*) as loss_bps,
            date_trunc('second', percentile_cont(0.5) within group (order by v.pay_time)) as pay_time,
            date_trunc('second', percentile_cont(0.5) within group (order by v.release_time)) as release_time
        from voices as v
        group by v.owner_id
    ),
    rated as (
        select a.party_id as owner_id, sum(a.ratings) as ratings, round(avg(a.mean), 2) as mean
        from (
            select r.party_id, count(*) as ratings, avg(r.score) as mean
            from public.p2p_ratings as r
            left join public.p2p_rating_reveals as v on v.trade_id = r.trade_id
            where r.party_id = any (p_parties) and coalesce(v.revealed_at, r.blind_until) + r.shown_after <= p_now
            group by r.party_id, r.author_id
        ) as a
        group by a.party_id
    )
    select
        p.id, coalesce(t.trades, 0)::integer, coalesce(t.worth, 0)::public.money_amount, coalesce(t.others, 0)::integer,
        coalesce(round(t.points * (10000 - t.loss_bps) / 10000), 0)::integer, coalesce(t.loss_bps, 0)::integer,
        t.pay_time, t.release_time, coalesce(r.ratings, 0)::integer, r.mean::public.money_amount
    from unnest(p_parties) as p (id)
    left join traded as t on t.owner_id = p.id
    left join rated as r on r.owner_id = p.id;
end
$$;
comment on function private.reputations_of(uuid[], timestamptz) is
'The figures of trader_profiles, computed from trades, escrows and ratings alone. Cancelled trades do not count, refunded ones only where a dispute was ruled upon.';

create function private.follow_reputation(p_parties uuid[], p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.trader_profiles as t set
        completed_trades = r.completed_trades, volume = r.volume, counterparties = r.counterparties, score = r.score,
        dispute_loss_bps = r.dispute_loss_bps, median_pay_time = r.median_pay_time,
        median_release_time = r.median_release_time, rating_count = r.rating_count, rating_average = r.rating_average,
        refreshed_at = p_now
    from private.reputations_of(p_parties, p_now) as r
    where t.party_id = r.party_id;
end
$$;
comment on function private.follow_reputation(uuid[], timestamptz) is 'Writes the figures of traders as they are now.';

-- Definer: a schedule has no user, and service_role reads no trade.
create function service.reputation_refresh(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_parties uuid[];
    v_party uuid;
    v_taken integer;
begin
    -- One at a time: of two that compute the same party, the one that read earlier could write last.
    perform pg_advisory_xact_lock(hashtextextended('reputation_refresh', 0));
    with gone as (
        delete from private.reputation_queue as q
        where q.id in (
            select due.id from private.reputation_queue as due
            where due.due_at <= v_now order by due.due_at limit max_rows
        )
        returning q.party_id
    )
    select count(*), array_agg(distinct g.party_id) into v_taken, v_parties from gone as g;
    -- A later statement than the one that emptied the queue, so it sees every cause that was in it.
    begin
        perform private.follow_reputation(v_parties, v_now);
        delete from public.setbacks where queue = 'reputation' and subject = any (v_parties::text[]);
    exception when others then
        -- One of whom no figure can be made: each alone, and that one comes back later.
        foreach v_party in array v_parties loop
            begin
                perform private.follow_reputation(array[v_party], v_now);
                perform private.went_through('reputation', v_party::text);
            exception when others then
                perform private.put_off('reputation', v_party::text, sqlerrm, v_now);
                insert into private.reputation_queue (party_id, due_at)
                select v_party, b.retry_at from public.setbacks as b
                where b.queue = 'reputation' and b.subject = v_party::text and b.set_aside_at is null;
            end;
        end loop;
    end;
    return v_taken;
end
$$;
comment on function service.reputation_refresh(integer) is
'Computes the figures of parties whose trades have ended or whose ratings became public, at most so many causes at once; returns how many causes were dealt with.';

create function private.verify_reputation(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_parties uuid[];
begin
    select array_agg(t.party_id) into v_parties
    from public.trader_profiles as t
    where (
        p_since is null or t.refreshed_at >= p_since or t.party_id in (
            select side.id
            from public.p2p_trades as n cross join lateral (values (n.buyer_id), (n.seller_id)) as side (id)
            where n.updated_at >= p_since
        )
    )
    and not exists (select from private.reputation_queue as q where q.party_id = t.party_id and q.due_at <= v_now);
    return query
    select 'reputation_differs_from_trades', t.party_id::text, format('score %s, not %s', t.score, r.score)
    from private.reputations_of(v_parties, v_now) as r
    join public.trader_profiles as t on t.party_id = r.party_id
    where (
        t.completed_trades, t.volume::numeric, t.counterparties, t.score, t.dispute_loss_bps, t.median_pay_time,
        t.median_release_time, t.rating_count, t.rating_average::numeric
    ) is distinct from (
        r.completed_trades, r.volume::numeric, r.counterparties, r.score, r.dispute_loss_bps, r.median_pay_time,
        r.median_release_time, r.rating_count, r.rating_average::numeric
    )
    union all
    select 'profile_differs_from_user', t.party_id::text, t.display_name
    from public.trader_profiles as t
    join public.parties as p on p.id = t.party_id
    join public.profiles as f on f.id = t.party_id
    where f.deleted_at is not null or (
        t.display_name, t.phone_verified, t.id_document_verified, t.address_verified, t.biometric_verified
    ) is distinct from (
        p.display_name, f.phone_verified, f.id_document_verified, f.address_verified, f.biometric_verified
    );
end
$$;
comment on function private.verify_reputation(timestamptz) is
'Public profiles say what recomputation from trades and ratings says, but for parties that are queued, and what users and their flags say.';
