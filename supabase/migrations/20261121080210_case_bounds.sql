-- What a rail claims after the end is as bounded as what it reports.

-- Definer: reads the books of the escrow for whoever writes the case.
create function private.tg_escrow_cases__bounds() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_escrow private.escrow_transactions;
    v_refusal text;
begin
    select * into strict v_escrow from private.escrow_transactions where id = new.escrow_id;
    v_refusal := private.amount_refusal(
        v_escrow, case new.kind when 'rail_reversal' then 'reversal_lost' else 'funds' end,
        coalesce(new.currency, v_escrow.currency), abs(new.amount),
        case new.kind when 'rail_reversal'
            then (private.rail_moved(v_escrow, coalesce(new.currency, v_escrow.currency))).taken else 0 end
    );
    if v_refusal is null and new.evidence_due_at > new.created_at + (
        select r.answer_within from public.rails as r where r.id = v_escrow.rail
    ) then
        v_refusal := 'report_time';
    end if;
    if v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
    return new;
end
$$;
comment on function private.tg_escrow_cases__bounds() is
'Refuses cases that a rail cannot have raised: see private.amount_refusal. Raises other_rail, no_reversals, rail_currency, report_too_large, report_time.';
create trigger _510_bounds before insert on public.escrow_cases
for each row when (new.kind not in ('claim', 'payout')) execute function private.tg_escrow_cases__bounds();
