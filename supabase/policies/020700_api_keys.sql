grant select on public.api_key_rules to anon, authenticated;
create policy api_key_rules_select_anyone on public.api_key_rules for select to anon, authenticated using (true);

grant execute on function
service.api_key_create(service.command), service.api_key_rotate(service.command),
service.api_key_revoke(service.command)
to service_role;

-- What every request of a key asks. Of what policies ask, a key is told about its own party and nobody else's.
grant usage on schema public, private to api_key;
grant execute on function
public.whoami(text, text), private.caller(), private.caller_aal(), private.session_alive(),
private.my_answer(text, text),
private.key_has(text[]), private.my_key(), private.is_key(), private.clock(), private.json(public.money_amount),
private.readable_parties(), private.is_staff(uuid, public.member_role), private.is_acting_staff(public.member_role),
private.operator_sees_from(), private.operator_sees_to()
to api_key;
grant execute on function private.is_key(), private.my_key() to authenticated;
