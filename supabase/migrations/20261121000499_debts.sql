-- What a party owes in one currency keeps as much as it is worth from leaving in another.

insert into private.refusals (code, status, detail, hint) values
(
    'debt_open', 409, 'The party owes the platform: what that is worth does not leave.',
    'receivables says what is owed. Deposit it in its currency, or withdraw less.'
);

create function private.worth_in(
    p_amount numeric, p_from text, p_to text, p_now timestamptz
) returns numeric
language plpgsql stable set search_path = ''
as $$
declare
    v_price numeric;
    v_unit numeric := 10::numeric ^ private.decimals_of(p_to);
begin
    if p_from = p_to then
        return p_amount;
    end if;
    with known as (
        select p.cryptocurrency, p.fiat_currency, p.price, p.as_of from public.prices as p
        where p.as_of > p_now - interval '7 days'
    ), step (base, quote, price, as_of) as (
        select cryptocurrency, fiat_currency, price, as_of from known
        union all
        select fiat_currency, cryptocurrency, 1 / price, as_of from known
    )
    select found.price into v_price from (
        select s.price, s.as_of, 1 as steps from step as s where s.base = p_from and s.quote = p_to
        union all
        select one.price * two.price, least(one.as_of, two.as_of), 2
        from step as one inner join step as two on two.base = one.quote
        where one.base = p_from and two.quote = p_to
    ) as found
    order by found.steps, found.as_of desc limit 1;
    return trunc(ceil(p_amount * v_price * v_unit) / v_unit, private.decimals_of(p_to));
end
$$;
comment on function private.worth_in(numeric, text, text, timestamptz) is
'What an amount of one currency is worth in another by the index, at most seven days old and over one currency between, rounded up; null when that is not known.';

create function private.held_back(p_party_id uuid, p_currency text, p_now timestamptz) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(coalesce(private.worth_in(w.owed, w.currency, p_currency, p_now), 'Infinity')), 0)
        from public.wallets as w
        where w.party_id = p_party_id and w.owed > 0 and w.currency <> p_currency
    );
end
$$;
comment on function private.held_back(uuid, text, timestamptz) is
'What of a party''s money in a currency stays because of its debts in others; infinity when their worth is not known.';

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
    -- Two withdrawals at once take turns.
    select w.available into v_available from public.wallets as w
    where w.party_id = p_party_id and w.currency = p_currency and w.type = 'spot' for no key update;
    if private.owed_by(p_party_id, p_currency) > 0
        or (v_available >= p_amount and v_available - p_amount < private.held_back(p_party_id, p_currency, p_now)) then
        perform private.refuse('debt_open');
    end if;
end
$$;
comment on function private.assert_no_debt(uuid, text, numeric, timestamptz) is
'Whether an amount may leave a party''s balance beside what it owes. Raises debt_open (409).';
