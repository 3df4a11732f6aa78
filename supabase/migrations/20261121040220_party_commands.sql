-- Operators stop a party, and let it go on: with a reason, and an end where there is one.

insert into private.refusals (code, status, detail, hint) values
('party_not_found', 404, 'There is no such party.', ''),
('party_not_suspended', 409, 'The party is not suspended.', ''),
('party_is_closed', 409, 'A closed party is not suspended any more.', ''),
('suspension_end_past', 422, 'A suspension ends at a time to come.', 'Leave the end out for none.');
insert into public.operator_commands (kind, function_name, title) values
('party_suspend', 'party_suspend', 'stop a party from doing anything new'),
('party_restore', 'party_restore', 'end the suspension of a party');

create function private.lock_party(p_id uuid) returns public.parties
language plpgsql volatile set search_path = ''
as $$
declare
    v_party public.parties;
begin
    select * into v_party from public.parties
    where id = p_id and kind not in ('platform', 'external') for no key update;
    return v_party;
end
$$;
comment on function private.lock_party(uuid) is 'A party under its lock; nothing where there is none, or where it is the house.';

create function private.finish_party_command(
    command jsonb, p_event text, p_party public.parties, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    -- The reason is for operators only.
    perform private.emit_event(
        'party.' || p_event, 'party', p_party.id, (extract(epoch from p_now) * 1000000)::bigint, array[p_party.id],
        jsonb_build_object('status', p_party.status, 'until', p_party.suspended_until), p_now
    );
    return private.finish_command(command, jsonb_build_object(
        'party_id', p_party.id, 'status', p_party.status, 'suspended_until', p_party.suspended_until
    ), p_now);
end
$$;
comment on function private.finish_party_command(jsonb, text, public.parties, timestamptz) is
'Tells a party what it may do from now on, and answers {party_id, status, suspended_until}.';

-- Definer: service_role may give the command, not write the tables.
create function service.party_suspend(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('party_suspend', command, array[(command ->> 'party_id')::uuid]);
    v_until timestamptz := (command ->> 'until')::timestamptz;
    v_party public.parties;
    v_now timestamptz;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_party := private.lock_party((command ->> 'party_id')::uuid);
    v_now := private.clock();
    if v_party.id is null then
        perform private.refuse('party_not_found');
    elsif v_party.status = 'closed' then
        perform private.refuse('party_is_closed');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif v_until <= v_now then
        perform private.refuse('suspension_end_past');
    end if;
    update public.parties set
        status = 'suspended', status_since = v_now, suspended_until = v_until
    where id = v_party.id
    returning * into v_party;
    -- Of one whose suspension had ended by itself the status does not change.
    perform private.stop_offering(v_party.id);
    return private.finish_party_command(command, 'suspended', v_party, v_now);
end
$$;
comment on function service.party_suspend(service.command) is
'Operator command: a party does nothing new, ends what runs and takes no money out {party_id, reason, until?, actor_id, aal, idempotency_key, request_hash} -> {party_id, status, suspended_until}; of one that is suspended reason and end are replaced. Raises operator_only, not_your_move (403), party_not_found (404), party_is_closed (409), reason_required, suspension_end_past (422), and what private.ask raises.';

-- Definer: as party_suspend.
create function service.party_restore(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command(
        'party_restore', command, array[(command ->> 'party_id')::uuid],
        -- Quick to stop one of us; to give back what staff can takes two.
        p_second => private.is_staff_at_all((command ->> 'party_id')::uuid)
    );
    v_party public.parties;
    v_now timestamptz;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_party := private.lock_party((command ->> 'party_id')::uuid);
    v_now := private.clock();
    if v_party.id is null then
        perform private.refuse('party_not_found');
    elsif v_party.status <> 'suspended' then
        perform private.refuse('party_not_suspended');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    end if;
    update public.parties set status = 'active', suspended_until = null
    where id = v_party.id
    returning * into v_party;
    return private.finish_party_command(command, 'restored', v_party, v_now);
end
$$;
comment on function service.party_restore(service.command) is
'Operator command, of two where the party is one of the staff: a suspended party may do again what it could {party_id, reason, actor_id, aal, idempotency_key, request_hash} -> {party_id, status, suspended_until}; what it had published stays paused until it resumes it. Raises operator_only, not_your_move (403), party_not_found (404), party_not_suspended (409), reason_required (422), and what private.ask raises.';
