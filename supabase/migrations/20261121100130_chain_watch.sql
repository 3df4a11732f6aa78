-- Reading the chain: the cursor, the transfers found, and what became of them.

-- Definer: rails have no user.
create function service.chain(rail text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'rail', chain.rail, 'address_kind', private.rail_kind(chain.rail), 'chain_id', r.chain_id, 'first_block', r.first_block,
            'fee_ceiling', r.fee_ceiling::text, 'least_tip', r.least_tip::text,
            'tokens', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'address', t.address, 'currency', t.currency, 'decimals', c.decimals
                ) order by t.currency), '[]')
                from public.chain_tokens as t inner join public.currencies as c on c.code = t.currency
                where t.chain_id = r.chain_id
            )
        )
        from public.chain_rules as r where r.chain_id = private.rail_chain(chain.rail)
    );
end
$$;
comment on function service.chain(text) is
'The chain of a rail {rail, address_kind, chain_id, first_block, fee_ceiling and least_tip in wei, tokens that are watched [{address, currency, decimals}]}; null: it has none that we read.';

create function private.chain_asset(p_rail text, p_currency text, out chain_id bigint, out token text)
language plpgsql stable set search_path = ''
as $$
begin
    select t.chain_id, t.address into chain_id, token from public.chain_tokens as t
    where t.chain_id = private.rail_chain(p_rail) and t.currency = p_currency;
end
$$;
comment on function private.chain_asset(text, text) is 'As private.rail_asset: of the tokens that are watched.';

-- Definer: as above.
create function service.chain_due(chain_id bigint, max_rows integer default 200) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return jsonb_build_object(
        'cursor', (
            select jsonb_build_object('number', c.block_number, 'hash', c.block_hash)
            from public.chain_cursors as c where c.chain_id = chain_due.chain_id
            order by c.block_number desc limit 1
        ),
        'deposits', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'transaction_hash', d.transaction_hash, 'log_index', d.log_index, 'state', d.state,
                'block_number', d.block_number, 'block_hash', d.block_hash, 'token', d.token,
                'sender', d.sender, 'recipient', d.recipient, 'amount', trim_scale(d.amount)::text,
                'block_tag', (
                    select p.block_tag from public.chain_confirmations as p
                    where p.chain_id = d.chain_id and p.amount_from <= d.amount
                    order by p.amount_from desc limit 1
                )
            ) order by d.state <> 'seen', d.block_number, d.transaction_hash, d.log_index), '[]')
            from (
                -- What waits to be credited comes first: any number of those that are watched on hold up none of it.
                select * from (
                    select * from public.chain_deposits as w
                    where w.chain_id = chain_due.chain_id and w.watched and w.next_at <= private.clock() and w.state = 'seen'
                    order by w.block_number, w.transaction_hash, w.log_index
                    limit least(greatest(chain_due.max_rows, 1), 1000)
                ) as waiting
                union all
                select * from (
                    select * from public.chain_deposits as w
                    where w.chain_id = chain_due.chain_id and w.watched and w.next_at <= private.clock() and w.state <> 'seen'
                    order by w.block_number, w.transaction_hash, w.log_index
                    limit least(greatest(chain_due.max_rows, 1), 1000)
                ) as watched
            ) as d
        ),
        'slice', (
            select jsonb_build_object('slice', s.slice, 'number', s.block_number)
            from public.chain_slices as s
            -- A timer waits a day at most for the chain: so it has been read by then.
            where s.chain_id = chain_due.chain_id and s.read_at <= private.clock() - interval '20 hours'
            order by s.read_at, s.slice limit 1
        ),
        'odd', (
            select coalesce(jsonb_agg(o.block_number order by o.block_number), '[]')
            from (
                select split_part(b.subject, ':', 2)::bigint as block_number from public.setbacks as b
                where b.queue = 'chain_block' and split_part(b.subject, ':', 1) = chain_due.chain_id::text
                    and b.retry_at <= private.clock() and b.set_aside_at is null
                order by b.retry_at limit 20
            ) as o
        )
    );
end
$$;
comment on function service.chain_due(bigint, integer) is
'Where reading a chain goes on {cursor {number, hash} or null}, the deposits whose blocks are not final yet, those that are not credited first, oldest first, each with the block that must have passed it, slice {slice, number: of the block up to which it was read} of addresses whose time has come (20 hours) or null, and the blocks to be read once more since a log of theirs was odd.';

-- Definer: as above.
create function service.chain_addresses(
    chain_id bigint, after uuid default null, max_rows integer default 1000, slice integer default null,
    active boolean default false
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'address', f.address) order by f.id), '[]')
        from (
            select o.id, o.address from public.deposit_requests as o
            where o.rail = any (private.shares_addresses(private.chain_rail(chain_addresses.chain_id)))
                and o.address is not null
                and (chain_addresses.slice is null or o.slice = chain_addresses.slice)
                and (not chain_addresses.active or o.active_until > private.clock())
                and (chain_addresses.after is null or o.id > chain_addresses.after)
            order by o.id limit least(greatest(max_rows, 1), 5000)
        ) as f
    );
end
$$;
comment on function service.chain_addresses(bigint, uuid, integer, integer, boolean) is
'A page of the deposit addresses that are watched on a chain, after one; of one slice, or only those that are active: also those of what has ended, since late money must be found, and those of other chains of its kind, since money is sent over the wrong one.';

create function private.chain_seen(p_request_id uuid) returns table (
    rail text, currency text, amount public.money_amount, reference text, paid_at timestamptz, confirmations bigint,
    needs text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select private.chain_rail(d.chain_id), d.currency, d.amount, d.transaction_hash, d.block_time,
        -- Its block may be of the look that goes on: it is one of them.
        greatest((
            select max(c.block_number) from public.chain_cursors as c where c.chain_id = d.chain_id
        ) - d.block_number + 1, 1),
        (
            select p.block_tag from public.chain_confirmations as p
            where p.chain_id = d.chain_id and p.amount_from <= d.amount order by p.amount_from desc limit 1
        )
    from public.chain_deposits as d
    where d.request_id = p_request_id and d.state = 'seen';
end
$$;
comment on function private.chain_seen(uuid) is
'What a chain has for a request and is not sure of yet: blocks on it so far, and which block must be past it.';

create function private.keep_transfers(p_chain bigint, p_transfers jsonb, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_rail text := private.chain_rail(p_chain);
    v_rails text[] := private.shares_addresses(v_rail);
    v_requests uuid[] := array(
        select distinct f.id
        from jsonb_to_recordset(p_transfers) as t (recipient text)
        join public.deposit_requests as f on f.address = t.recipient and f.rail = any (v_rails)
    );
begin
    perform private.lock_deposits(v_requests);
    insert into public.chain_deposits as d (
        chain_id, transaction_hash, log_index, block_number, block_hash, block_time, token, currency, sender, recipient,
        request_id, amount, next_at, last_event, created_at, updated_at
    )
    select p_chain, t.transaction_hash, t.log_index, t.block_number, t.block_hash, t.block_time, k.address, k.currency,
        t.sender, t.recipient, f.id, t.amount, p_now, 'see', p_now, p_now
    from jsonb_to_recordset(p_transfers) as t (
        transaction_hash text, log_index integer, block_number bigint, block_hash text, block_time timestamptz, token text,
        sender text, recipient text, amount numeric
    )
    join public.chain_tokens as k on k.chain_id = p_chain and k.address = t.token
    join public.deposit_requests as f on f.address = t.recipient and f.rail = any (v_rails)
    order by t.transaction_hash, t.log_index
    on conflict (chain_id, transaction_hash, log_index) do update set
        block_number = excluded.block_number, block_hash = excluded.block_hash, block_time = excluded.block_time,
        -- What was read wrongly is put right before it counts, never after.
        token = case when d.state in ('credited', 'quarantined') then d.token else excluded.token end,
        currency = case when d.state in ('credited', 'quarantined') then d.currency else excluded.currency end,
        sender = case when d.state in ('credited', 'quarantined') then d.sender else excluded.sender end,
        recipient = case when d.state in ('credited', 'quarantined') then d.recipient else excluded.recipient end,
        request_id = case when d.state in ('credited', 'quarantined') then d.request_id else excluded.request_id end,
        amount = case when d.state in ('credited', 'quarantined') then d.amount else excluded.amount end,
        state = case when d.state in ('credited', 'quarantined') then d.state else 'seen' end,
        last_event = case when d.state = 'dropped' then 'see' when d.block_hash <> excluded.block_hash then 'include' else 'correct' end,
        watched = true, next_at = p_now, updated_at = p_now
    where d.block_hash <> excluded.block_hash or d.state = 'dropped'
        or (d.state = 'seen' and (d.token, d.sender, d.recipient, d.amount)
            is distinct from (excluded.token, excluded.sender, excluded.recipient, excluded.amount));
    update public.deposit_requests as f set active_until = private.active_from(p_now)
    from jsonb_to_recordset(p_transfers) as t (recipient text, token text, amount numeric)
    -- Dust costs a stranger nothing, and each active address a part of every look.
    join public.chain_tokens as k on k.chain_id = p_chain and k.address = t.token and t.amount >= k.dust_below
    where f.address = t.recipient and f.active_until < private.active_from(p_now - interval '1 day');
    -- Who sends money that matters is screened: a hit holds what it has paid, and what it pays later.
    perform private.watch_address(v_rail, s.sender, s.party_id, 'deposit')
    from (
        select distinct t.sender, f.party_id
        from jsonb_to_recordset(p_transfers) as t (sender text, recipient text, token text, amount numeric)
        join public.chain_tokens as k on k.chain_id = p_chain and k.address = t.token and t.amount >= k.dust_below
        join public.deposit_requests as f on f.address = t.recipient and f.rail = any (v_rails)
        -- A chain of coins does not always show an address.
        where private.normal_address(v_rail, t.sender) is not null
        order by t.sender, f.party_id
    ) as s;
    perform private.deposit_seen(r.id, p_now) from unnest(v_requests) as r (id) order by r.id;
end
$$;
comment on function private.keep_transfers(bigint, jsonb, timestamptz) is
'Keeps transfers as they were read [{transaction_hash, log_index, block_number, block_hash, block_time, token, sender, recipient, amount}]; those that are known are put right.';

create function private.keep_read(p_chain bigint, p_scan jsonb, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.keep_transfers(p_chain, p_scan -> 'transfers', p_now);
    perform private.put_off('chain_block', p_chain || ':' || o.block_number, min(o.reason), p_now)
    from jsonb_to_recordset(p_scan -> 'odd') as o (block_number bigint, reason text)
    group by o.block_number;
end
$$;
comment on function private.keep_read(bigint, jsonb, timestamptz) is
'Keeps what was read of blocks {transfers (as private.keep_transfers has them), odd [{block_number, reason}]: blocks with a log that cannot be read, which are read once more}.';

-- Definer: as above.
create function service.chain_scanned(scan service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_chain bigint := (scan ->> 'chain_id')::bigint;
    v_last bigint := (scan -> 'last' ->> 'number')::bigint;
    v_cursor public.chain_cursors;
begin
    perform pg_advisory_xact_lock(hashtextextended('holdfast.chain_cursors', v_chain));
    select * into v_cursor from public.chain_cursors where chain_id = v_chain order by block_number desc limit 1;
    -- Compare and set: of two readers the second finds that the place has moved on.
    if (v_cursor.block_number, v_cursor.block_hash)
        is distinct from ((scan -> 'cursor' ->> 'number')::bigint, scan -> 'cursor' ->> 'hash') then
        return false;
    end if;
    perform private.keep_read(v_chain, scan, v_now);
    insert into public.chain_slices (chain_id, slice, block_number, block_time, read_at)
    select v_chain, s.slice, v_last, least((scan -> 'last' ->> 'time')::timestamptz, v_now),
        -- Through the day, not all at once.
        v_now - s.slice * interval '50 minutes'
    from generate_series(0, 23) as s (slice)
    where v_cursor.block_number is null and not coalesce((scan ->> 'whole')::boolean, false)
    on conflict (chain_id, slice) do nothing;
    insert into public.chain_cursors (chain_id, block_number, block_hash, block_time, scanned_at)
    values (
        -- A block of the future is one of now: no timer goes on because of what a node says of the time.
        v_chain, v_last, scan -> 'last' ->> 'hash', least((scan -> 'last' ->> 'time')::timestamptz, v_now), v_now
    );
    -- Enough to go back by a day; further back one goes to the oldest.
    delete from public.chain_cursors as c
    where c.chain_id = v_chain and c.block_number < v_last and c.scanned_at < v_now - interval '1 day'
        and c.block_number > (select min(o.block_number) from public.chain_cursors as o where o.chain_id = v_chain);
    return true;
end
$$;
comment on function service.chain_scanned(service.command) is
'Blocks were read {chain_id, cursor {number, hash} or null, last {number, hash, time}, transfers (as private.keep_transfers has them), odd [{block_number, reason}], whole: whether blocks are read for all addresses at once, so that none is left for the daily slices}: keeps the transfers, the place, and which blocks have a log that cannot be read, in one. False when another has read on from there.';

-- Definer: as above.
create function service.chain_slice_read(scan service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_chain bigint := (scan ->> 'chain_id')::bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('holdfast.chain_cursors', v_chain));
    update public.chain_slices as s set
        block_number = (scan -> 'last' ->> 'number')::bigint,
        block_time = least((scan -> 'last' ->> 'time')::timestamptz, v_now),
        read_at = case when (scan ->> 'through')::boolean then v_now else s.read_at end
    where s.chain_id = v_chain and s.slice = (scan ->> 'slice')::smallint
        and s.block_number = (scan ->> 'read_before')::bigint
        and s.block_number <= (scan -> 'last' ->> 'number')::bigint;
    if not found then
        return false;
    end if;
    perform private.keep_read(v_chain, scan, v_now);
    return true;
end
$$;
comment on function service.chain_slice_read(service.command) is
'Final blocks were read for one slice of all addresses {chain_id, slice, read_before: block up to which it was read, last {number, time}, through: whether that is all for today, transfers, odd}: keeps the transfers and the place in one. False when another has read on from there.';

-- Definer: as above.
create function service.chain_reread(scan service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_chain bigint := (scan ->> 'chain_id')::bigint;
    v_subject text := v_chain || ':' || (scan ->> 'block_number');
    v_reason text := (select min(o.reason) from jsonb_to_recordset(scan -> 'odd') as o (reason text));
begin
    perform pg_advisory_xact_lock(hashtextextended('holdfast.chain_cursors', v_chain));
    perform private.keep_transfers(v_chain, scan -> 'transfers', v_now);
    if v_reason is null then
        perform private.went_through('chain_block', v_subject);
    else
        perform private.put_off('chain_block', v_subject, v_reason, v_now);
    end if;
    return v_reason is null;
end
$$;
comment on function service.chain_reread(service.command) is
'A block that had a log which cannot be read was read once more {chain_id, block_number, transfers, odd [{block_number, reason}]}: keeps its transfers; whether it is done with.';

-- Definer: as above.
create function service.chain_cursors(chain_id bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('number', c.block_number, 'hash', c.block_hash) order by c.block_number), '[]')
        from (
            select * from public.chain_cursors as o where o.chain_id = chain_cursors.chain_id
            order by o.block_number desc limit 50000
        ) as c
    );
end
$$;
comment on function service.chain_cursors(bigint) is 'Blocks that were read, with their hashes then, oldest first.';

-- Definer: as above.
create function service.chain_rewind(chain_id bigint, block_number bigint) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_gone integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('holdfast.chain_cursors', chain_rewind.chain_id));
    -- A day of blocks of two seconds: no chain that we pay on is reorganised further back.
    if not exists (
        select from public.chain_cursors as c
        where c.chain_id = chain_rewind.chain_id and c.block_number <= chain_rewind.block_number
            and chain_rewind.block_number >= (
                select max(n.block_number) - 43200 from public.chain_cursors as n where n.chain_id = chain_rewind.chain_id
            )
    ) then
        perform private.chain_alarm('chain_answers_differ', private.clock());
        return null;
    end if;
    delete from public.chain_cursors as c
    where c.chain_id = chain_rewind.chain_id and c.block_number > chain_rewind.block_number;
    get diagnostics v_gone = row_count;
    update public.chain_slices as s set block_number = c.block_number, block_time = c.block_time
    from (
        select o.block_number, o.block_time from public.chain_cursors as o where o.chain_id = chain_rewind.chain_id
        order by o.block_number desc limit 1
    ) as c
    where s.chain_id = chain_rewind.chain_id and s.block_number > c.block_number;
    update public.chain_coin_looks as l set block_number = chain_rewind.block_number
    where l.chain_id = chain_rewind.chain_id and l.block_number > chain_rewind.block_number;
    -- What counted as final is checked again.
    update public.chain_deposits as d set
        watched = true, next_at = private.clock(), last_event = 'include', updated_at = private.clock()
    where d.chain_id = chain_rewind.chain_id and d.block_number > chain_rewind.block_number
        and d.state in ('credited', 'quarantined') and not d.watched;
    return v_gone;
end
$$;
comment on function service.chain_rewind(bigint, bigint) is
'A reorganisation has replaced what came after a block: reading goes on from there, and deposits above it are compared with the chain again. How many places were forgotten; null when that is further back than a day, or than reading began: nothing is forgotten, and operators are told.';

create function private.chain_alarm(p_kind text, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
    select private.uuid_v7(p_now), p_kind, 'high', private.platform_party(), 1, private.request_id(), p_now
    where not exists (
        select from public.security_events as e
        where e.party_id = private.platform_party() and e.kind = p_kind and e.created_at > p_now - interval '1 hour'
    );
end
$$;
comment on function private.chain_alarm(text, timestamptz) is
'Tells operators, once an hour at most, that something is wrong between us and the chain.';

-- Definer: as above.
create function service.chain_alarm(kind text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if kind is null or kind not in ('chain_nonce_taken', 'chain_answers_differ') then
        raise sqlstate 'PT422' using message = 'bad_kind', detail = 'There is no such alarm.';
    end if;
    perform private.chain_alarm(kind, private.clock());
end
$$;
comment on function service.chain_alarm(text) is
'Tells operators, once an hour at most: chain_nonce_taken, a nonce of the hot wallet was used by nothing of ours; chain_answers_differ, one answer about a payment contradicts another. Raises bad_kind (422).';

create function private.record_verdict(
    p_deposit public.chain_deposits, p_event text, p_proof jsonb, p_reason text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_payer uuid := (select d.party_id from public.deposit_requests as d where d.id = p_deposit.request_id);
    v_was text := p_deposit.state;
    v_quarantine text;
    v_doubted_at timestamptz := coalesce(p_deposit.doubted_at, p_now);
begin
    if p_event = 'credit' and not private.is_proof(p_deposit, p_proof) then
        p_event := 'doubt';
        p_reason := 'other_log';
    end if;
    if p_event = 'doubt' then
        perform private.chain_alarm('chain_answers_differ', p_now);
        -- No row waits for ever. What was there all the same is seen again when it is read again.
        if p_deposit.state = 'seen' and p_deposit.doubts >= 9 and p_now >= v_doubted_at + interval '1 day' then
            p_event := 'refuse';
        end if;
        update public.chain_deposits set
            state = case p_event when 'refuse' then 'dropped' else state end, watched = p_event = 'doubt', last_event = p_event,
            doubt = coalesce(nullif(left(p_reason, 64), ''), 'unknown'), doubts = doubts + 1, doubted_at = v_doubted_at,
            next_at = p_now + least(greatest((p_now - v_doubted_at) / 2, interval '10 seconds'), interval '1 hour'),
            updated_at = p_now
        where chain_id = p_deposit.chain_id and transaction_hash = p_deposit.transaction_hash
            and log_index = p_deposit.log_index;
        if p_event = 'refuse' then
            -- Money may be there that counts for nobody.
            perform private.refuse_report(
                private.report_of_deposit(p_deposit, p_deposit.credits + 1), 'no_proof', p_now
            );
            perform private.deposit_seen(p_deposit.request_id, p_now);
        end if;
        return;
    end if;
    if p_event = 'credit' then
        v_quarantine := private.quarantine_reason(p_deposit);
        p_event := case when v_quarantine is null then 'credit' else 'quarantine' end;
    end if;
    update public.chain_deposits set
        state = case p_event when 'credit' then 'credited' when 'quarantine' then 'quarantined' when 'settle' then state else 'dropped' end,
        last_event = p_event, watched = p_event in ('credit', 'quarantine'), credits = credits + (p_event = 'credit')::integer,
        proof = case when p_event in ('credit', 'quarantine') then p_proof else proof end, updated_at = p_now
    where chain_id = p_deposit.chain_id and transaction_hash = p_deposit.transaction_hash
        and log_index = p_deposit.log_index
    returning * into p_deposit;
    if p_event = 'credit' then
        perform private.report_deposit(p_deposit);
    elsif p_event = 'quarantine' then
        perform private.post_quarantine(p_deposit, p_deposit.amount, p_now);
        perform private.begin_quarantine(p_deposit, v_quarantine, p_now);
    elsif p_event = 'lose' then
        if v_was = 'quarantined' then
            perform private.post_quarantine(p_deposit, -p_deposit.amount, p_now);
        else
            perform private.rail_report(
                private.report_of_deposit(p_deposit, p_deposit.credits) || jsonb_build_object(
                    -- Each credit by itself: one transaction may pay twice, and come back.
                    'reference', concat_ws(
                        ':', p_deposit.transaction_hash, p_deposit.log_index, nullif(p_deposit.credits, 1)
                    ),
                    'kind', 'reversal_lost', 'provider_time', p_now, 'reason', 'reorganisation',
                    'provider_event_id', concat_ws(
                        ':', p_deposit.chain_id, p_deposit.transaction_hash, p_deposit.log_index, 'lost', p_deposit.credits
                    )
                )
            );
        end if;
        perform private.end_quarantine(q.id, 'lost', null, null, p_now) from public.deposit_quarantines as q
        where q.chain_id = p_deposit.chain_id and q.transaction_hash = p_deposit.transaction_hash
            and q.log_index = p_deposit.log_index and coalesce(q.outcome, 'withheld') = 'withheld';
        insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
        values (private.uuid_v7(p_now), 'chain_reorganised', 'high', v_payer, 1, private.request_id(), p_now);
    end if;
    if p_event in ('drop', 'quarantine') then
        perform private.deposit_seen(p_deposit.request_id, p_now);
    end if;
end
$$;
comment on function private.record_verdict(public.chain_deposits, text, jsonb, text, timestamptz) is
'Moves a deposit; a credit and the loss of one tell the engine in the same transaction. What is dust or flagged is quarantined instead. A credit without a proof is a doubt, and after a day and ten doubts what was never credited is refused.';

-- Definer: as above.
create function service.chain_verdicts_record(chain_id bigint, verdicts service.command default '[]') returns integer
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_rail text := private.chain_rail(chain_verdicts_record.chain_id);
    v_found record;
    v_moved integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.lock_deposits(array(
        select d.request_id from jsonb_to_recordset(verdicts) as v (transaction_hash text, log_index integer)
        inner join public.chain_deposits as d
            on d.chain_id = chain_verdicts_record.chain_id and d.transaction_hash = v.transaction_hash
            and d.log_index = v.log_index
    ));
    -- What is asked for in any amount is credited at once: its wallets are taken in the order of everybody.
    perform from public.wallets as w
    where w.type = 'spot' and (w.party_id, w.currency) in (
        select r.party_id, d.currency
        from jsonb_to_recordset(verdicts) as v (transaction_hash text, log_index integer)
        inner join public.chain_deposits as d
            on d.chain_id = chain_verdicts_record.chain_id and d.transaction_hash = v.transaction_hash
            and d.log_index = v.log_index
        inner join public.deposit_requests as r on r.id = d.request_id and (r.amount is null or r.rail <> v_rail)
    )
    order by w.id for no key update;
    for v_found in
        select d as deposit, v.event, v.proof, v.reason
        from jsonb_to_recordset(verdicts) as v (
            transaction_hash text, log_index integer, block_hash text, state text, event text, proof jsonb, reason text
        )
        join public.chain_deposits as d
            on d.chain_id = chain_verdicts_record.chain_id and d.transaction_hash = v.transaction_hash
            and d.log_index = v.log_index and d.block_hash = v.block_hash and d.state = v.state and d.watched
        where v.event in ('credit', 'doubt', 'drop', 'settle', 'lose')
        order by d.transaction_hash, d.log_index
        for no key update of d
    loop
        perform private.record_verdict(v_found.deposit, v_found.event, v_found.proof, v_found.reason, v_now);
        v_moved := v_moved + 1;
    end loop;
    return v_moved;
end
$$;
comment on function service.chain_verdicts_record(bigint, service.command) is
'What the chain says of deposits that are watched [{transaction_hash, log_index, block_hash, state, event credit|doubt|drop|settle|lose, proof, reason}]: each moves if it is still as it was looked at. credit: its block is there and deep enough, and proof {transaction_hash, log_index, block_number, block_hash, token, sender, recipient, amount, nodes} is what a second look found. doubt: an answer contradicts it (reason). drop: its block is gone. settle: a credited one is final. lose: a credited one is gone for good. How many moved.';

create function private.chain_funds_pending(p_escrow private.escrow_transactions, p_event text) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_chain bigint := private.rail_chain(p_escrow.rail);
begin
    if exists (
        select from public.chain_deposits as d
        where d.state = 'seen' and d.chain_id = v_chain and d.request_id in (
            select r.id from public.deposit_requests as r where r.purpose = 'escrow' and r.reference_id = p_escrow.id
        ) and d.block_time <= p_escrow.expires_at
    ) then
        return true;
    end if;
    -- What was paid in time wins, so a timer waits until the chain was read past the deadline.
    -- For so long as a network may stand still, and no longer: no row waits for ever.
    return p_event = 'timeout_void' and private.clock() < p_escrow.expires_at + private.longest_outage()
        and exists (
            select from public.deposit_requests as r
            where r.purpose = 'escrow' and r.reference_id = p_escrow.id and r.address is not null
        )
        and coalesce((
            select case
                when private.is_coin(r.currency) then (
                    select l.block_time from public.chain_coin_looks as l
                    where l.chain_id = v_chain and l.request_id = r.id
                )
                when r.active_until > greatest(private.clock(), p_escrow.expires_at) then (
                    select c.block_time from public.chain_cursors as c where c.chain_id = v_chain
                    order by c.block_number desc limit 1
                )
                -- Its address is not looked at each time any more, where one is looked for by address.
                else coalesce(
                    (select s.block_time from public.chain_slices as s where s.chain_id = v_chain and s.slice = r.slice), (
                        select c.block_time from public.chain_cursors as c where c.chain_id = v_chain
                        order by c.block_number desc limit 1
                    )
                )
            end
            from public.deposit_requests as r
            where r.purpose = 'escrow' and r.reference_id = p_escrow.id and r.rail = p_escrow.rail
        ), '-infinity') <= p_escrow.expires_at;
end
$$;
comment on function private.chain_funds_pending(private.escrow_transactions, text) is
'Whether the chain may hold money for an escrow: a deposit that is not deep enough, or blocks up to the deadline that were not read.';
