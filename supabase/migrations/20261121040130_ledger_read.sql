-- Balances now and then, the roll-up of shared wallets, and the proof that
-- the books are right.

-- Definer: the roll-up table is private, its last id is harmless.
create function private.rolled_to(p_wallet_id uuid) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce((
            select last_entry_id from private.wallet_rollups where wallet_id = p_wallet_id order by seq desc limit 1
        ), 0)
    );
end
$$;
comment on function private.rolled_to(uuid) is 'Entry id up to which an append-only wallet''s row is advanced.';

create view public.wallet_balances with (security_invoker = true) as
select
    w.id,
    w.party_id,
    w.currency,
    w.type,
    case
        when w.kind = 'normal' then w.available
        else w.available + coalesce((
            select sum(e.amount) from public.ledger_entries as e
            where e.wallet_id = w.id and e.seq is null and e.id > private.rolled_to(w.id)
        ), 0)
    end::public.money_amount as available,
    w.pending,
    w.locked
from public.wallets as w;
comment on view public.wallet_balances is
'True balance of every wallet the caller may see; shared wallets are snapshot plus tail.';
comment on column public.wallet_balances.id is 'The wallet.';
comment on column public.wallet_balances.party_id is 'Whose money it is.';
comment on column public.wallet_balances.currency is 'Currency of the balances.';
comment on column public.wallet_balances.type is 'What the wallet is for.';
comment on column public.wallet_balances.available is 'What can be spent, up to this moment.';
comment on column public.wallet_balances.pending is 'Money in suspense.';
comment on column public.wallet_balances.locked is 'Money held for orders, escrows and bonds.';

create view public.transactions with (security_invoker = true) as
select
    e.id,
    e.transfer_id,
    t.kind,
    t.reference_type,
    t.reference_id,
    t.memo,
    e.wallet_id,
    e.currency,
    e.bucket,
    e.amount,
    e.balance_after,
    e.hold_id,
    e.created_at
from public.ledger_entries as e
inner join private.ledger_transfers as t on e.transfer_id = t.id;
comment on view public.transactions is
'Statement of account: entries of the wallets the caller may see, with the transfer behind each.';
comment on column public.transactions.id is 'The entry.';
comment on column public.transactions.transfer_id is 'Transfer it is a part of.';
comment on column public.transactions.kind is 'What moved the money, such as deposit or escrow.release.';
comment on column public.transactions.reference_type is 'Kind of thing it moved for.';
comment on column public.transactions.reference_id is 'The thing it moved for; null for none.';
comment on column public.transactions.memo is 'Words of the operator who booked it.';
comment on column public.transactions.wallet_id is 'Wallet that gains or loses.';
comment on column public.transactions.currency is 'Currency of the amount.';
comment on column public.transactions.bucket is 'Part of the wallet that changes.';
comment on column public.transactions.amount is 'Signed change in units of the currency.';
comment on column public.transactions.balance_after is 'Balance of the bucket afterwards; null in append-only wallets.';
comment on column public.transactions.hold_id is 'What it is held for; null for available money.';
comment on column public.transactions.created_at is 'When it was posted.';

create function public.wallet_balance_as_of(wallet_id uuid, at timestamptz) returns table (
    available text, pending text, locked text
)
language sql stable set search_path = ''
as $$
    select
        trim_scale(coalesce(sum(amount) filter (where bucket = 'available'), 0))::text,
        trim_scale(coalesce(sum(amount) filter (where bucket = 'pending'), 0))::text,
        trim_scale(coalesce(sum(amount) filter (where bucket = 'locked'), 0))::text
    from (
        select b.bucket, coalesce(
            case w.kind
                when 'normal' then (
                    select e.balance_after from public.ledger_entries as e
                    where e.wallet_id = w.id and e.bucket = b.bucket and e.created_at <= wallet_balance_as_of.at
                    order by e.created_at desc, e.id desc limit 1
                )
                else (
                    select sum(e.amount) from public.ledger_entries as e
                    where e.wallet_id = w.id and e.bucket = b.bucket and e.created_at <= wallet_balance_as_of.at
                )
            end, 0
        ) as amount
        from public.wallets as w
        cross join unnest(enum_range(null::public.wallet_bucket)) as b (bucket)
        where w.id = wallet_balance_as_of.wallet_id
    ) as bucketed
$$;
comment on function public.wallet_balance_as_of(uuid, timestamptz) is
'Balance of a wallet at a moment, from its entries, as decimal strings. Zeroes for a wallet the caller may not see.';

-- Draws a line under what has been posted: the exclusive lock waits for every
-- posting under way, so no entry with a smaller id can appear afterwards.
create function ledger.rollup() returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_rolled integer;
begin
    perform pg_advisory_xact_lock(ledger.rollup_lock());
    with tail as (
        select
            e.wallet_id, max(e.id) as last_entry_id, sum(e.amount) as amount, count(*) as entries,
            ledger.chain(
                w.last_hash,
                ledger.entry_text(e.transfer_id, e.wallet_id, e.id, e.bucket, e.amount, e.hold_id)
                order by e.id
            ) as hash
        from public.wallets as w
        join public.ledger_entries as e on e.wallet_id = w.id and e.seq is null and e.id > private.rolled_to(w.id)
        where w.kind = 'append_only'
        group by e.wallet_id
    ), advanced as (
        update public.wallets as w set
            available = w.available + tail.amount, seq = w.seq + 1, last_hash = tail.hash
        from tail
        where w.id = tail.wallet_id
        returning w.id, w.seq, w.available, w.last_hash, tail.last_entry_id, tail.entries
    )
    insert into private.wallet_rollups (wallet_id, seq, last_entry_id, balance, entries, hash, created_at)
    select id, seq, last_entry_id, available, entries, last_hash, private.clock() from advanced;
    get diagnostics v_rolled = row_count;
    return v_rolled;
end
$$;
comment on function ledger.rollup() is
'Advances the rows of append-only wallets over their new entries and chains them; returns how many wallets moved.';

create function ledger.verify(p_since timestamptz default null) returns table (
    problem text, subject text, detail text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    with entry as materialized (
        select * from public.ledger_entries
        where p_since is null or (created_at >= p_since and transfer_id >= private.uuid_v7_floor(p_since))
    )
    select 'transfer_not_zero_sum', transfer_id::text, currency || ' ' || sum(amount)
    from entry group by transfer_id, currency having sum(amount) <> 0
    union all
    select 'entry_without_transfer', e.transfer_id::text, e.id::text
    from entry as e left join private.ledger_transfers as t on t.id = e.transfer_id where t.id is null
    union all
    select 'entry_without_wallet', e.wallet_id::text, e.id::text
    from entry as e left join public.wallets as w on w.id = e.wallet_id and w.currency = e.currency where w.id is null
    union all
    select 'wallet_differs_from_entries', w.id::text, format('%s/%s/%s', w.available, w.pending, w.locked)
    from public.wallets as w
    left join lateral (
        select
            coalesce(sum(e.amount) filter (where e.bucket = 'available'), 0) as available,
            coalesce(sum(e.amount) filter (where e.bucket = 'pending'), 0) as pending,
            coalesce(sum(e.amount) filter (where e.bucket = 'locked'), 0) as locked
        from public.ledger_entries as e
        where e.wallet_id = w.id and (w.kind = 'normal' or e.id <= private.rolled_to(w.id))
    ) as s on true
    where p_since is null
        and (w.available, w.pending, w.locked) is distinct from (s.available, s.pending, s.locked)
    union all
    -- Of a part of the entries only the last can be held against the wallet.
    select 'wallet_differs_from_entries', w.id::text, e.bucket || ' ' || e.balance_after
    from (
        select distinct on (wallet_id, bucket) wallet_id, bucket, balance_after
        from entry where seq is not null and p_since is not null
        order by wallet_id, bucket, seq desc
    ) as e
    join public.wallets as w on w.id = e.wallet_id
    where e.balance_after
        <> case e.bucket when 'available' then w.available when 'pending' then w.pending else w.locked end
    union all
    select 'running_balance_broken', e.wallet_id::text, e.id::text
    from (
        select e.*, e.balance_after - e.amount as before_entry,
            lag(e.balance_after) over (partition by e.wallet_id, e.bucket order by e.seq) as previous
        from entry as e where e.seq is not null
    ) as e
    where e.before_entry <> coalesce(e.previous, case when p_since is null then 0 else e.before_entry end)
    union all
    select 'sequence_broken', e.wallet_id::text, format('%s after %s', e.seq, e.previous)
    from (
        select wallet_id, seq, lag(seq) over (partition by wallet_id order by seq) as previous
        from entry where seq is not null
    ) as e
    where e.seq <> coalesce(e.previous + 1, case when p_since is null then 1 else e.seq end)
    union all
    select 'sequence_broken', w.id::text, format('%s entries, wallet says %s', coalesce(s.entries, 0), w.seq)
    from public.wallets as w
    left join (
        select wallet_id, max(seq) as entries from entry where seq is not null group by wallet_id
    ) as s on s.wallet_id = w.id
    where w.kind = 'normal' and p_since is null and w.seq <> coalesce(s.entries, 0)
    union all
    select 'chain_broken', e.wallet_id::text, e.id::text
    from (
        select e.*, lag(e.hash) over (partition by e.wallet_id order by e.seq) as previous
        from entry as e where e.seq is not null
    ) as e
    where (e.previous is not null or e.seq = 1)
        and e.hash <> ledger.chain_step(
            null, coalesce(e.previous, '\x'::bytea),
            ledger.entry_text(e.transfer_id, e.wallet_id, e.seq, e.bucket, e.amount, e.hold_id)
        )
    union all
    select 'chain_head_differs', w.id::text, w.seq::text
    from public.wallets as w
    join entry as e on e.wallet_id = w.id and e.seq = w.seq
    where w.kind = 'normal' and e.hash <> w.last_hash
    union all
    select 'rollup_differs', r.wallet_id::text, r.seq::text
    from private.wallet_rollups as r
    join lateral (
        select ledger.chain(
            coalesce(p.hash, '\x'::bytea),
            ledger.entry_text(e.transfer_id, e.wallet_id, e.id, e.bucket, e.amount, e.hold_id) order by e.id
        ) as hash
        from (select 1) as one
        left join private.wallet_rollups as p on p.wallet_id = r.wallet_id and p.seq = r.seq - 1
        join public.ledger_entries as e
            on e.wallet_id = r.wallet_id and e.seq is null
            and e.id > coalesce(p.last_entry_id, 0) and e.id <= r.last_entry_id
        group by p.hash
    ) as s on true
    where (p_since is null or r.created_at >= p_since) and s.hash is distinct from r.hash
    union all
    select 'holds_differ_from_wallet', w.id::text, b.bucket::text
    from public.wallets as w
    cross join (values ('pending'::public.wallet_bucket), ('locked')) as b (bucket)
    left join lateral (
        select coalesce(sum(h.amount), 0) as amount from public.ledger_holds as h
        where h.wallet_id = w.id and h.bucket = b.bucket
    ) as s on true
    where s.amount <> case b.bucket when 'locked' then w.locked else w.pending end
    union all
    select 'hold_differs_from_entries', h.reference_id::text, h.bucket::text
    from public.ledger_holds as h
    full join (
        select hold_id, wallet_id, bucket, sum(amount) as amount
        from public.ledger_entries where hold_id is not null and p_since is null
        group by hold_id, wallet_id, bucket
    ) as s on s.hold_id = h.reference_id and s.wallet_id = h.wallet_id and s.bucket = h.bucket
    where p_since is null and h.amount is distinct from s.amount
    union all
    select 'chain_head_differs', r.wallet_id::text, r.seq::text
    from private.wallet_rollups as r
    inner join public.wallets as w on r.wallet_id = w.id and r.seq = w.seq
    where r.hash <> w.last_hash
    union all
    select 'transfer_without_entries', t.id::text, t.kind
    from private.ledger_transfers as t
    where (p_since is null or (t.created_at >= p_since and t.id >= private.uuid_v7_floor(p_since)))
        and not exists (select from public.ledger_entries as e where e.transfer_id = t.id)
    union all
    select v.problem, v.subject, v.detail from private.verify_products(p_since) as v;
end
$$;
comment on function ledger.verify(timestamptz) is
'Every way in which the books can be wrong, one row each; no row means they are right. With a time it reads only the entries since then and the open holds.';
