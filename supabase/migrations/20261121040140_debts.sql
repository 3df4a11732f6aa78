-- What a party owes in one currency keeps as much as it is worth from leaving in another.

insert into private.refusals (code, status, detail, hint) values
(
    'debt_open', 409, 'The party owes the platform: what that is worth does not leave.',
    'receivables says what is owed. Deposit it in its currency, or withdraw less.'
);

create function private.rate_between(p_from text, p_to text, p_now timestamptz) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    if p_from = p_to then
        return 1;
    end if;
    return (
        with known as (
            select p.cryptocurrency, p.fiat_currency, p.price, p.as_of from public.prices as p
            where p.as_of > p_now - interval '7 days'
        ), step (base, quote, price, as_of) as (
            select cryptocurrency, fiat_currency, price, as_of from known
            union all
            select fiat_currency, cryptocurrency, 1 / price, as_of from known
        )
        select found.price from (
            select s.price, s.as_of, 1 as steps from step as s where s.base = p_from and s.quote = p_to
            union all
            select one.price * two.price, least(one.as_of, two.as_of), 2
            from step as one inner join step as two on two.base = one.quote
            where one.base = p_from and two.quote = p_to
        ) as found
        order by found.steps, found.as_of desc limit 1
    );
end
$$;
comment on function private.rate_between(text, text, timestamptz) is
'What one unit of a currency is worth in another by the index, at most seven days old and over one currency between; null when that is not known.';

create function private.held_back(p_party_id uuid, p_currency text, p_now timestamptz) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_unit numeric := 10::numeric ^ private.decimals_of(p_currency);
    v_debts numeric;
begin
    -- A debt is rounded up, what covers it down; a debt whose worth is not known keeps everything.
    select coalesce(sum(coalesce(
        ceil(private.still_owed(r) * private.rate_between(r.currency, p_currency, p_now) * v_unit) / v_unit, 'Infinity'
    )), 0) into v_debts
    from public.receivables as r
    where r.party_id = p_party_id and r.currency <> p_currency
        and r.recovered_amount + r.cancelled_amount + r.written_off_amount < r.amount
        and coalesce(r.lifted_until <= p_now, true);
    if v_debts = 0 or v_debts = 'Infinity' then
        return v_debts;
    end if;
    return trunc(greatest(v_debts - (
        select coalesce(sum(floor(w.available * private.rate_between(w.currency, p_currency, p_now) * v_unit) / v_unit), 0)
        from public.wallets as w
        where w.party_id = p_party_id and w.type = 'spot' and w.currency <> p_currency and w.available > 0
    ), 0), private.decimals_of(p_currency));
end
$$;
comment on function private.held_back(uuid, text, timestamptz) is
'What of a party''s money in a currency stays because of its debts in others: what they are worth, less what its balances in other currencies cover of it, so that it is kept once. Infinity when the worth of a debt is not known; a debt that is lifted keeps nothing.';

create function private.lock_debtors(p_parties uuid[]) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform from public.wallets as w
    where w.type = 'spot' and w.party_id in (
        select o.party_id from public.wallets as o where o.party_id = any (p_parties) and o.owed > 0
    )
    order by w.id
    for no key update;
end
$$;
comment on function private.lock_debtors(uuid[]) is
'Locks all balances of those of the parties who owe, in id order: what leaves in one currency counts on what stays in the others.';

create function private.assert_no_debt(
    p_party_id uuid, p_currency text, p_amount numeric, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_available numeric;
begin
    if not exists (select from public.wallets as w where w.party_id = p_party_id and w.owed > 0) then
        return;
    end if;
    perform private.lock_debtors(array[p_party_id]);
    select w.available into v_available from public.wallets as w
    where w.party_id = p_party_id and w.currency = p_currency and w.type = 'spot';
    if private.owed_by(p_party_id, p_currency) > 0
        or (v_available >= p_amount and v_available - p_amount < private.held_back(p_party_id, p_currency, p_now)) then
        perform private.refuse('debt_open');
    end if;
end
$$;
comment on function private.assert_no_debt(uuid, text, numeric, timestamptz) is
'Whether an amount may leave a party''s balance beside what it owes. Raises debt_open (409).';
