-- Double entry. Only ledger.post writes here (law 1); rows never change (law 10).

create type public.wallet_type as enum (
    'spot', 'fees', 'clearing', 'losses', 'costs', 'receivables', 'quarantine'
);
create type public.wallet_kind as enum ('normal', 'append_only');
create type public.wallet_bucket as enum ('available', 'pending', 'locked');

create table public.wallets (
    id uuid primary key default gen_random_uuid(),
    party_id uuid not null references public.parties (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    type public.wallet_type not null default 'spot',
    kind public.wallet_kind not null default 'normal',
    available public.money_amount not null default 0,
    pending public.money_amount not null default 0,
    locked public.money_amount not null default 0,
    owed public.money_amount not null default 0,
    seq bigint not null default 0,
    last_hash bytea not null default '\x'::bytea,
    created_at timestamptz not null default private.clock(),
    constraint wallets_party_id_currency_type_key unique nulls not distinct (party_id, currency, type),
    constraint wallets_covers check (kind = 'append_only' or least(available, pending, locked) >= 0),
    constraint wallets_owed_is_a_debt check (owed >= 0 and (owed = 0 or type = 'spot'))
) with (fillfactor = 70);
alter table public.wallets enable row level security;
create index wallets_currency_idx on public.wallets (currency);
create index wallets_owing_idx on public.wallets (party_id) where owed > 0;
comment on table public.wallets is
'Balances of a party in one currency. Money a party can spend is available; what is promised or held in escrow is locked; what arrived but is not yet credited is pending.';
comment on column public.wallets.id is 'The wallet.';
comment on column public.wallets.party_id is 'Whose money it is.';
comment on column public.wallets.currency is 'Currency of its balances.';
comment on column public.wallets.type is 'What it is for: spot for people; clearing, fees, costs, losses, and receivables (what parties owe) for the platform.';
comment on column public.wallets.available is
'What its party can spend; of an append-only wallet as of the last roll-up.';
comment on column public.wallets.pending is 'Money in suspense: arrived, but not as agreed.';
comment on column public.wallets.locked is 'Money held for orders, escrows and bonds.';
comment on column public.wallets.owed is
'What its party owes the platform in this currency: the open part of its receivables. While it is above zero nothing is available.';
comment on column public.wallets.created_at is 'When the row was made, by the database clock.';
comment on column public.wallets.kind is
'normal: one row per balance, updated with each entry. append_only: a wallet everyone hits; its row is advanced by the roll-up, its true balance is wallet_balances.';
comment on column public.wallets.seq is 'Number of the last entry (normal) or of the last roll-up (append_only).';
comment on column public.wallets.last_hash is 'Head of the hash chain over this wallet''s entries.';

create table private.ledger_transfers (
    id uuid not null primary key,
    kind text not null,
    reference_type text not null,
    reference_id uuid,
    memo text not null default '',
    reverses uuid,
    created_by uuid,
    request_id text not null default '',
    created_at timestamptz not null
) partition by range (id);
alter table private.ledger_transfers enable row level security;
create index ledger_transfers_reference_id_idx on private.ledger_transfers (reference_id);
select private.make_append_only('private.ledger_transfers');
comment on table private.ledger_transfers is
'One movement of money; its entries sum to zero in every currency. The id carries its time.';
comment on column private.ledger_transfers.id is 'Grows with time.';
comment on column private.ledger_transfers.kind is 'What moved the money, such as deposit or escrow.release.';
comment on column private.ledger_transfers.reference_type is
'Kind of thing the money moved for, such as escrow or order.';
comment on column private.ledger_transfers.memo is 'Words of the operator who booked it; empty otherwise.';
comment on column private.ledger_transfers.created_by is 'User who gave the command; null for machines.';
comment on column private.ledger_transfers.request_id is 'Request that posted it, to find it in the logs.';
comment on column private.ledger_transfers.created_at is 'When it was posted.';
comment on column private.ledger_transfers.reference_id is 'The escrow, order or command that moved the money.';
comment on column private.ledger_transfers.reverses is 'The transfer this one undoes; a reversal is a new transfer.';

create view public.ledger_transfers with (security_invoker = true) as
select t.id, t.kind, t.reference_type, t.reference_id, t.memo, t.reverses, t.created_at
from private.ledger_transfers as t;
select private.comment_as_table('public.ledger_transfers', 'private.ledger_transfers');

create table public.ledger_entries (
    id bigint generated always as identity,
    transfer_id uuid not null,
    wallet_id uuid not null,
    currency text not null,
    bucket public.wallet_bucket not null,
    amount public.money_amount not null check (amount <> 0),
    hold_id uuid,
    seq bigint,
    balance_after public.money_amount,
    hash bytea,
    created_at timestamptz not null,
    primary key (transfer_id, id),
    constraint ledger_entries_hold_names_reason check ((bucket = 'available') = (hold_id is null))
) partition by range (transfer_id);
alter table public.ledger_entries enable row level security;
create index ledger_entries_wallet_id_created_at_idx on public.ledger_entries (wallet_id, created_at, id);
create index ledger_entries_tail_idx on public.ledger_entries (wallet_id, id) where seq is null;
select private.make_append_only('public.ledger_entries');
comment on table public.ledger_entries is
'Signed parts of transfers. No foreign keys on purpose: only ledger.post inserts, after locking the wallet; ledger.verify() looks for orphans.';
comment on column public.ledger_entries.id is 'Grows with time; order of the entries of an append-only wallet.';
comment on column public.ledger_entries.transfer_id is 'The transfer this is a part of.';
comment on column public.ledger_entries.wallet_id is 'Wallet that gains or loses.';
comment on column public.ledger_entries.currency is 'Currency of the wallet and the amount.';
comment on column public.ledger_entries.bucket is 'Part of the wallet that changes: available, pending or locked.';
comment on column public.ledger_entries.amount is 'Signed change in units of the currency; never zero.';
comment on column public.ledger_entries.created_at is 'When it was posted: one moment for all entries of a transfer.';
comment on column public.ledger_entries.hold_id is
'What the locked or pending money is for: an order, an escrow, a dispute bond.';
comment on column public.ledger_entries.seq is 'Place in the wallet''s chain; null in append-only wallets.';
comment on column public.ledger_entries.balance_after is 'Balance of the bucket after this entry; null in append-only wallets.';
comment on column public.ledger_entries.hash is
'sha256 over the previous hash of the wallet and this entry: a changed, removed or reordered entry breaks the chain.';

create table private.hold_purposes (
    purpose text primary key check (purpose ~ '^[a-z][a-z_]{0,31}$'),
    description text not null check (length(description) between 1 and 200)
);
alter table private.hold_purposes enable row level security;
comment on table private.hold_purposes is
'What money may be held for: each floor and each product brings its rows. No foreign key points here, since each hold would lock the same row.';
comment on column private.hold_purposes.purpose is 'Word of the purpose, as in ledger_holds.';
comment on column private.hold_purposes.description is 'What is held, and what reference_id names.';

create table public.ledger_holds (
    reference_id uuid not null,
    wallet_id uuid not null references public.wallets (id) on delete restrict,
    bucket public.wallet_bucket not null check (bucket <> 'available'),
    purpose text not null,
    amount public.money_amount not null check (amount >= 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (reference_id, wallet_id, bucket)
) with (fillfactor = 70);
alter table public.ledger_holds enable row level security;
create index ledger_holds_wallet_fkey_idx on public.ledger_holds (wallet_id);
comment on table public.ledger_holds is
'Why money is not available: one row per reason and wallet. The open holds of a wallet sum to its locked and pending balance.';
comment on column public.ledger_holds.reference_id is 'Escrow, order, dispute or payout the money is held for.';
comment on column public.ledger_holds.wallet_id is 'Wallet it is held in.';
comment on column public.ledger_holds.bucket is 'locked, or pending for money in suspense.';
comment on column public.ledger_holds.purpose is 'Why: a row of private.hold_purposes.';
comment on column public.ledger_holds.amount is
'What is held now, in units of the wallets currency; zero when all has left.';
comment on column public.ledger_holds.created_at is 'When the row was made, by the database clock.';
comment on column public.ledger_holds.updated_at is 'When the amount last changed.';

create table public.ledger_reversals (
    transfer_id uuid primary key,
    reversal_id uuid not null unique,
    reason text not null,
    created_at timestamptz not null
);
alter table public.ledger_reversals enable row level security;
select private.make_append_only('public.ledger_reversals');
comment on table public.ledger_reversals is 'Which transfer was undone by which; a transfer is undone at most once.';
comment on column public.ledger_reversals.transfer_id is 'Transfer that was undone.';
comment on column public.ledger_reversals.reversal_id is 'Transfer that undid it.';
comment on column public.ledger_reversals.reason is 'Why, in the operators words.';
comment on column public.ledger_reversals.created_at is 'When the row was made, by the database clock.';

create table private.wallet_rollups (
    wallet_id uuid not null references public.wallets (id) on delete restrict,
    seq bigint not null,
    last_entry_id bigint not null,
    balance public.money_amount not null,
    entries bigint not null,
    hash bytea not null,
    created_at timestamptz not null,
    primary key (wallet_id, seq)
);
alter table private.wallet_rollups enable row level security;
select private.make_append_only('private.wallet_rollups');
comment on table private.wallet_rollups is
'Snapshots of append-only wallets: balance up to an entry id, chained by hash.';

create type ledger.new_transfer as (
    id uuid, kind text, reference_type text, reference_id uuid, memo text, reverses uuid, created_by uuid
);
comment on type ledger.new_transfer is 'A transfer to post.';
create type ledger.new_entry as (
    transfer_id uuid, wallet_id uuid, bucket public.wallet_bucket, amount numeric, hold_id uuid, purpose text
);
comment on type ledger.new_entry is 'An entry to post; hold_id and purpose with locked and pending buckets.';

create type ledger.chained_entry as (
    transfer_id uuid, wallet_id uuid, currency text, bucket public.wallet_bucket, amount numeric, hold_id uuid,
    seq bigint, balance_after numeric, hash bytea
);
comment on type ledger.chained_entry is 'An entry with its place in the chain of its wallet.';

-- Money that is created or lost inside a statement never reaches the table,
-- even if ledger.post had a bug.
create function ledger.tg_ledger_entries__zero_sum() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if exists (
        select from new_entries group by transfer_id, currency having sum(amount) <> 0
    ) then
        raise sqlstate 'PT422' using
            message = 'transfer_not_zero_sum', detail = 'The entries of a transfer must sum to zero in each currency.';
    end if;
    return null;
end
$$;
comment on function ledger.tg_ledger_entries__zero_sum() is 'Law 1 in the schema: every transfer sums to zero per currency.';
create trigger _500_zero_sum after insert on public.ledger_entries
referencing new table as new_entries
for each statement execute function ledger.tg_ledger_entries__zero_sum();

create function ledger.chain_step(p_state bytea, p_start bytea, p_payload text) returns bytea
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return sha256(coalesce(p_state, p_start) || convert_to(p_payload, 'UTF8'));
end
$$;
comment on function ledger.chain_step(bytea, bytea, text) is 'One link of a hash chain.';
create aggregate ledger.chain (bytea, text)(sfunc = ledger.chain_step, stype = bytea);
comment on aggregate ledger.chain (bytea, text) is
'Hash chain over texts in order, from a starting hash: sha256(previous || text).';

create function ledger.entry_text(
    p_transfer_id uuid, p_wallet_id uuid, p_seq bigint, p_bucket public.wallet_bucket, p_amount numeric, p_hold_id uuid
) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select p_transfer_id || '|' || p_wallet_id || '|' || p_seq || '|' || p_bucket::text || '|'
            || trim_scale(p_amount) || '|' || coalesce(p_hold_id::text, '')
    );
end
$$;
comment on function ledger.entry_text(uuid, uuid, bigint, public.wallet_bucket, numeric, uuid) is
'What the hash of an entry covers.';

-- Parties that everyone pays into get append-only wallets; see wallets.kind.
create function ledger.wallet_of(
    p_party_id uuid, p_currency text, p_type public.wallet_type default 'spot'
) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    select id into v_id from public.wallets
    where party_id = p_party_id and currency = p_currency and type = p_type;
    if found then
        return v_id;
    end if;
    insert into public.wallets (party_id, currency, type, kind)
    values (p_party_id, p_currency, p_type, case p_type when 'spot' then 'normal' else 'append_only' end::public.wallet_kind)
    on conflict on constraint wallets_party_id_currency_type_key do nothing;
    select id into strict v_id from public.wallets
    where party_id = p_party_id and currency = p_currency and type = p_type;
    return v_id;
end
$$;
comment on function ledger.wallet_of(uuid, text, public.wallet_type) is
'The wallet of a party in a currency, made when missing. Raises 23503 for an unknown party or currency.';

create function ledger.rollup_lock() returns bigint
language plpgsql immutable set search_path = ''
as $$
begin
    return 4850190001::bigint;
end
$$;
comment on function ledger.rollup_lock() is
'Advisory lock: shared by every posting, exclusive for the moment in which a roll-up draws its line. Commands take it first of all, so that it never closes a ring of waits.';
