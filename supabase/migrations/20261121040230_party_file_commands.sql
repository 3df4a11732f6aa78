-- Operators open the file of a party before they see its money.

insert into public.operator_commands (kind, function_name, title) values
('party_open_file', 'party_open_file', 'read the money of a party for 15 minutes');

-- Definer: service_role may give the command, not write the table.
create function service.party_open_file(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('party_open_file', command, array[(command ->> 'party_id')::uuid]);
    v_now timestamptz;
    v_file public.party_files;
begin
    if v_answer is not null then
        return v_answer;
    elsif not exists (
        select from public.parties
        where id = (command ->> 'party_id')::uuid and kind not in ('platform', 'external')
    ) then
        perform private.refuse('party_not_found');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    end if;
    v_now := private.clock();
    insert into public.party_files (id, party_id, operator_id, reason, opened_at, closes_at, request_id)
    values (
        private.uuid_v7(v_now), (command ->> 'party_id')::uuid, (command ->> 'actor_id')::uuid, command ->> 'reason',
        v_now, v_now + interval '15 minutes', private.request_id()
    )
    returning * into v_file;
    return private.finish_command(command, jsonb_build_object(
        'file_id', v_file.id, 'party_id', v_file.party_id, 'closes_at', v_file.closes_at
    ), v_now);
end
$$;
comment on function service.party_open_file(service.command) is
'Operator command: opens the file of a party, so that this operator reads its balances, entries, transfers and holds for 15 minutes {party_id, reason, actor_id, aal, idempotency_key, request_hash} -> {file_id, party_id, closes_at}. The party is not told. Raises operator_only, not_your_move (403), party_not_found (404), reason_required (422), and what private.ask raises.';
