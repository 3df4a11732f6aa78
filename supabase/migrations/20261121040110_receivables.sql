-- What parties owe the platform, and how it is collected: whatever becomes available to who owes
-- is set off in the same transaction.

create table public.receivables (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    purpose text not null references public.purposes (purpose) on delete restrict,
    reference_id uuid not null,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    recovered_amount public.money_amount not null default 0 check (recovered_amount >= 0),
    cancelled_amount public.money_amount not null default 0 check (cancelled_amount >= 0),
    written_off_amount public.money_amount not null default 0 check (written_off_amount >= 0),
    lifted_until timestamptz check (isfinite(lifted_until)),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint receivables_not_more_than_owed check (
        recovered_amount + cancelled_amount + written_off_amount <= amount
    ),
    constraint receivables_once unique (purpose, reference_id, party_id)
);
alter table public.receivables enable row level security;
create index receivables_open_idx on public.receivables (party_id, currency, created_at)
where recovered_amount + cancelled_amount + written_off_amount < amount;
create index receivables_party_id_idx on public.receivables (party_id);
create index receivables_currency_idx on public.receivables (currency);
select private.make_audited('public.receivables');
comment on table public.receivables is
'What a party bears of money that a rail took back: at most what it had been paid of it. What its balance did not cover it owes, and whatever becomes available to it is set off first. One row per party and what took it back.';
comment on column public.receivables.id is 'The debt.';
comment on column public.receivables.party_id is 'Who bears it.';
comment on column public.receivables.purpose is 'What the money was for.';
comment on column public.receivables.reference_id is
'What took it back: the case of an escrow; of a wallet or an invoice, the report of its rail, as private.report_id names it.';
comment on column public.receivables.currency is 'Currency of the amounts.';
comment on column public.receivables.amount is 'What the party bears, in units of the currency.';
comment on column public.receivables.recovered_amount is 'What of it was taken at once from the balance, or has been set off since.';
comment on column public.receivables.cancelled_amount is 'What of it is no longer owed: the reversal was undone.';
comment on column public.receivables.written_off_amount is
'What of it two operators gave up: the platform''s loss.';
comment on column public.receivables.lifted_until is
'Until when it keeps no money in other currencies, by the word of two operators; null: it does.';
comment on column public.receivables.created_at is 'When the rail took the money back.';
comment on column public.receivables.updated_at is 'When it last changed.';

create function private.tg_receivables__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (to_jsonb(old) - '{recovered_amount,cancelled_amount,written_off_amount,lifted_until,updated_at}'::text[])
        is distinct from
        (to_jsonb(new) - '{recovered_amount,cancelled_amount,written_off_amount,lifted_until,updated_at}'::text[])
        or new.recovered_amount < old.recovered_amount or new.cancelled_amount < old.cancelled_amount
        or new.written_off_amount < old.written_off_amount then
        raise sqlstate 'PT403' using
            message = 'append_only',
            detail = 'Of a debt only what was recovered, cancelled or written off changes, and only grows, and until when it is lifted.';
    end if;
    return new;
end
$$;
comment on function private.tg_receivables__guard() is 'Law 10 for debts.';
create trigger _500_guard before update on public.receivables
for each row execute function private.tg_receivables__guard();
create trigger _000_never_deleted before delete or truncate on public.receivables
for each statement execute function private.tg__append_only();

create function private.still_owed(p_debt public.receivables) returns numeric
language plpgsql immutable set search_path = ''
as $$
begin
    return p_debt.amount - p_debt.recovered_amount - p_debt.cancelled_amount - p_debt.written_off_amount;
end
$$;
comment on function private.still_owed(public.receivables) is 'The open part of a debt, in units of its currency.';

-- Only here does wallets.owed change: it is the open part of the receivables, whoever writes those.
-- Definer: as the table it keeps, whoever changes a debt.
create function private.tg_receivables__owed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_wallet uuid := ledger.wallet_of(new.party_id, new.currency);
    v_change numeric := private.still_owed(new);
begin
    if tg_op = 'UPDATE' then
        v_change := v_change - private.still_owed(old);
    end if;
    update public.wallets set owed = owed + v_change where id = v_wallet and v_change <> 0;
    return null;
end
$$;
comment on function private.tg_receivables__owed() is 'What a party owes, on its wallet row.';
create trigger _510_owed after insert or update on public.receivables
for each row execute function private.tg_receivables__owed();

-- Definer: checked at the end of whatever transaction touched the wallet.
create function ledger.tg_wallets__owed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (select from public.wallets as w where w.id = new.id and w.owed > 0 and w.available > 0) then
        raise sqlstate 'PT409' using
            message = 'debt_not_collected', detail = 'Who owes has nothing available in the same currency.';
    end if;
    return null;
end
$$;
comment on function ledger.tg_wallets__owed() is
'No transaction ends with money available to who owes in the same currency.';
create constraint trigger _900_owed after insert or update on public.wallets
deferrable initially deferred
for each row when (new.owed > 0 and new.available > 0) execute function ledger.tg_wallets__owed();

create function private.owed_by(p_party_id uuid, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select w.owed from public.wallets as w
        where w.party_id = p_party_id and w.currency = p_currency and w.type = 'spot'
    ), 0);
end
$$;
comment on function private.owed_by(uuid, text) is 'What a party owes in a currency.';
