-- Payouts of an escrow: what its moves ordered and what its cases did, and the case of one that went wrong.

create function private.payouts_of(p_escrow_id uuid) returns setof uuid
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select p.id from public.payouts as p where p.purpose = 'escrow' and p.reference_id = p_escrow_id
    union all
    select p.id from public.escrow_cases as c
    inner join public.payouts as p on p.purpose = 'escrow_case' and p.reference_id = c.id
    where c.escrow_id = p_escrow_id;
end
$$;
comment on function private.payouts_of(uuid) is 'Payouts of an escrow: what its moves ordered, and what its cases did.';

create function private.escrow_of_payout(p_payout public.payouts) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return case p_payout.purpose when 'escrow' then p_payout.reference_id else (
        select c.escrow_id from public.escrow_cases as c where c.id = p_payout.reference_id
    ) end;
end
$$;
comment on function private.escrow_of_payout(public.payouts) is 'Escrow whose money a payout is.';

create function private.escrow_payout_case(
    p_payout public.payouts, p_reason text, p_amount numeric, p_event_id text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.escrow_cases (
        id, escrow_id, kind, reason, description, currency, amount, provider_event_id, reference, last_event, last_actor_role,
        deadline_at, created_at, updated_at
    ) values (
        private.uuid_v7(p_now), private.escrow_of_payout(p_payout), 'payout', p_reason,
        case p_reason when 'payout_failed' then p_payout.reason else '' end, p_payout.currency, p_amount, p_event_id,
        p_payout.provider_reference, 'payout_failed', 'rail', p_now + interval '14 days', p_now, p_now
    );
end
$$;
comment on function private.escrow_payout_case(public.payouts, text, numeric, text, timestamptz) is
'A case tells an operator what became of a payout of an escrow: payout_failed, payout_returned.';
