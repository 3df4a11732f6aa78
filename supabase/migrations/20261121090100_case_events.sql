-- Events of cases.

-- Definer: written for whoever moves the case.
create function private.tg_escrow_cases__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'case.' || new.last_event, 'case', new.id, case tg_op when 'INSERT' then 1 else 2 end,
        (select array[e.payer_id, e.payee_id] from private.escrow_transactions as e where e.id = new.escrow_id),
        jsonb_build_object(
            'state', new.state, 'kind', new.kind, 'escrow_id', new.escrow_id,
            'paid_amount', trim_scale(new.paid_amount)::text
        ), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_escrow_cases__event() is 'Tells both sides that a case was opened, and how it ended.';
create trigger _600_event after insert or update of state on public.escrow_cases
for each row execute function private.tg_escrow_cases__event();
