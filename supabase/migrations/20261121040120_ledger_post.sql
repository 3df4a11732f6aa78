-- The one place where money moves.

create function ledger.tg_wallets__covers() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'insufficient_funds',
        detail = 'The wallet does not hold enough for this move.',
        hint = 'Deposit, or choose a smaller amount.';
end
$$;
comment on function ledger.tg_wallets__covers() is 'No bucket goes below zero: insufficient_funds (409).';
create trigger _500_covers before update on public.wallets
for each row when (new.kind = 'normal' and least(new.available, new.pending, new.locked) < 0)
execute function ledger.tg_wallets__covers();

create function ledger.write_wallet(
    p_id uuid, p_available numeric, p_pending numeric, p_locked numeric, p_seq bigint, p_hash bytea
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.wallets set
        available = p_available, pending = p_pending, locked = p_locked, seq = p_seq, last_hash = p_hash
    where id = p_id;
end
$$;
comment on function ledger.write_wallet(uuid, numeric, numeric, numeric, bigint, bytea) is
'Writes the balances of a locked wallet. Raises insufficient_funds (409).';

create function ledger.move_hold(
    p_reference_id uuid, p_wallet_id uuid, p_bucket public.wallet_bucket, p_amount numeric, p_purpose text,
    p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.ledger_holds set amount = amount + p_amount, updated_at = p_now
    where reference_id = p_reference_id and wallet_id = p_wallet_id and bucket = p_bucket
        and purpose = coalesce(p_purpose, purpose);
    -- A maker chooses the id of an order: one that is also the id of another hold fails on the primary key.
    if not found then
        insert into public.ledger_holds (reference_id, wallet_id, bucket, purpose, amount, created_at, updated_at)
        select p_reference_id, p_wallet_id, p_bucket, u.purpose, p_amount, p_now, p_now
        from private.hold_purposes as u where u.purpose = p_purpose;
        if not found then
            raise sqlstate 'PT422' using
                message = 'bad_entry', detail = format('Nothing is held for the purpose %s.', coalesce(p_purpose, 'null'));
        end if;
    end if;
end
$$;
comment on function ledger.move_hold(uuid, uuid, public.wallet_bucket, numeric, text, timestamptz) is
'Adds to what is held for one reason in a locked wallet; a hold never goes below zero. Raises bad_entry (422) for a purpose that is no row of private.hold_purposes.';

create function ledger.set_off(p_wallets uuid[], p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_wallet record;
    v_debt public.receivables;
    v_part numeric;
    v_left numeric;
    v_transfer uuid;
    v_transfers ledger.new_transfer [];
    v_entries ledger.new_entry [];
begin
    for v_wallet in
        select w.id, w.party_id, w.currency, w.available from public.wallets as w
        where w.id = any (p_wallets) and w.owed > 0 and w.available > 0
        order by w.id
    loop
        v_left := v_wallet.available;
        for v_debt in
            select * from public.receivables as r
            where r.party_id = v_wallet.party_id and r.currency = v_wallet.currency
                and r.recovered_amount + r.cancelled_amount + r.written_off_amount < r.amount
            order by r.created_at, r.id for no key update
        loop
            exit when v_left <= 0;
            v_part := least(private.still_owed(v_debt), v_left);
            v_left := v_left - v_part;
            v_transfer := private.uuid_v7(p_now);
            v_transfers := v_transfers || row(
                v_transfer, 'debt.set_off', 'receivable', v_debt.id, '', null, null
            )::ledger.new_transfer;
            v_entries := v_entries || array[
                row(v_transfer, v_wallet.id, 'available', -v_part, null, null)::ledger.new_entry,
                row(
                    v_transfer, ledger.wallet_of(private.platform_party(), v_wallet.currency, 'receivables'), 'available',
                    v_part, null, null
                )::ledger.new_entry
            ];
            update public.receivables set recovered_amount = recovered_amount + v_part, updated_at = p_now
            where id = v_debt.id;
        end loop;
    end loop;
    perform ledger.post(v_transfers, v_entries, p_now);
end
$$;
comment on function ledger.set_off(uuid[], timestamptz) is
'Pays what the parties of wallets owe from what is available in them, the oldest debt first: a transfer debt.set_off each. Called by ledger.post, which holds the wallets locked; nobody else needs it.';

-- Reads the entries wallet by wallet, in id order: wallets are locked in that
-- order, so two calls never wait for each other in a ring, and each wallet is
-- written once however many entries it has.
create function ledger.post(
    p_transfers ledger.new_transfer[], p_entries ledger.new_entry[], p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_request_id text;
    v_rows ledger.chained_entry [];
    v_entry record;
    v_wallet uuid;
    v_available numeric;
    v_pending numeric;
    v_locked numeric;
    v_seq bigint;
    v_hash bytea;
    v_after numeric;
    v_transfer ledger.new_transfer;
    v_new ledger.new_entry;
    v_wallets uuid[];
    v_owing boolean := false;
begin
    if p_transfers is null then
        if cardinality(p_entries) > 0 then
            raise sqlstate 'PT422' using message = 'bad_entry', detail = 'Entries belong to a transfer.';
        end if;
        return;
    end if;
    v_request_id := private.request_id();
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    foreach v_transfer in array p_transfers loop
        insert into private.ledger_transfers (
            id, kind, reference_type, reference_id, memo, reverses, created_by, request_id, created_at
        ) values (
            v_transfer.id, v_transfer.kind, v_transfer.reference_type, v_transfer.reference_id,
            coalesce(v_transfer.memo, ''), v_transfer.reverses, v_transfer.created_by, v_request_id, p_now
        );
    end loop;
    foreach v_new in array p_entries loop
        v_wallets := v_wallets || v_new.wallet_id;
    end loop;
    perform from public.wallets as w
    where w.id = any (v_wallets) and w.kind = 'normal'
    order by w.id
    for no key update;

    for v_entry in
        select
            e.transfer_id, e.wallet_id, e.bucket, e.amount, e.hold_id, e.purpose,
            w.currency, w.kind, w.available, w.pending, w.locked, w.owed, w.seq, w.last_hash, c.decimals
        from unnest(p_entries) with ordinality as e (transfer_id, wallet_id, bucket, amount, hold_id, purpose, n)
        join public.wallets as w on w.id = e.wallet_id
        join public.currencies as c on c.code = w.currency
        order by w.id, e.n
    loop
        if v_entry.amount = 'NaN' or trunc(v_entry.amount, v_entry.decimals) <> v_entry.amount
            or (v_entry.kind = 'append_only' and v_entry.bucket <> 'available') then
            raise sqlstate 'PT422' using
                message = 'bad_entry',
                detail = 'An entry has more decimals than its currency, is no number, or locks money in a shared wallet.';
        end if;
        if v_entry.kind = 'append_only' then
            v_rows := v_rows || row(
                v_entry.transfer_id, v_entry.wallet_id, v_entry.currency, v_entry.bucket, v_entry.amount, null,
                null, null, null
            )::ledger.chained_entry;
            continue;
        end if;
        if v_wallet is distinct from v_entry.wallet_id then
            if v_wallet is not null then
                perform ledger.write_wallet(v_wallet, v_available, v_pending, v_locked, v_seq, v_hash);
            end if;
            v_wallet := v_entry.wallet_id;
            v_available := v_entry.available;
            v_pending := v_entry.pending;
            v_locked := v_entry.locked;
            v_seq := v_entry.seq;
            v_hash := v_entry.last_hash;
        end if;
        if v_entry.bucket = 'available' then
            v_available := v_available + v_entry.amount;
            v_after := v_available;
            v_owing := v_owing or (v_entry.owed > 0 and v_entry.amount > 0);
        else
            if v_entry.bucket = 'locked' then
                v_locked := v_locked + v_entry.amount;
                v_after := v_locked;
            else
                v_pending := v_pending + v_entry.amount;
                v_after := v_pending;
            end if;
            perform ledger.move_hold(
                v_entry.hold_id, v_wallet, v_entry.bucket, v_entry.amount, v_entry.purpose, p_now
            );
        end if;
        v_seq := v_seq + 1;
        v_hash := sha256(v_hash || convert_to(ledger.entry_text(
            v_entry.transfer_id, v_wallet, v_seq, v_entry.bucket, v_entry.amount, v_entry.hold_id
        ), 'UTF8'));
        v_rows := v_rows || row(
            v_entry.transfer_id, v_wallet, v_entry.currency, v_entry.bucket, v_entry.amount, v_entry.hold_id,
            v_seq, v_after, v_hash
        )::ledger.chained_entry;
    end loop;
    if v_wallet is not null then
        perform ledger.write_wallet(v_wallet, v_available, v_pending, v_locked, v_seq, v_hash);
    end if;

    -- An entry without a wallet has no row above: nothing of its transfer is posted.
    if cardinality(v_rows) is distinct from cardinality(p_entries) then
        raise sqlstate 'PT422' using message = 'bad_entry', detail = 'An entry names no wallet.';
    end if;
    -- One statement, so that whole transfers meet the zero-sum check.
    insert into public.ledger_entries (
        transfer_id, wallet_id, currency, bucket, amount, hold_id, seq, balance_after, hash, created_at
    )
    select transfer_id, wallet_id, currency, bucket, amount, hold_id, seq, balance_after, hash, p_now
    from unnest(v_rows);
    if v_owing then
        perform ledger.set_off(v_wallets, p_now);
    end if;
end
$$;
comment on function ledger.post(ledger.new_transfer[], ledger.new_entry[], timestamptz) is
'Posts transfers: locks the wallets in id order, refuses what they do not cover (insufficient_funds, 409), appends chained entries, moves balances and holds, and sets off what a party owes against what became available. p_now: taken by the caller after its own locks.';
