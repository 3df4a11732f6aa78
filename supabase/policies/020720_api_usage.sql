grant select on public.api_usage, public.api_usage_days to authenticated;
create policy api_usage_select_own on public.api_usage for select to authenticated
using (party_id = any(array(select private.my_parties())));

grant execute on function public.admit_request(), private.admit_key() to api_key;

grant execute on function
service.api_request_note(uuid, text, text, integer, integer), service.api_usage_roll_up(integer)
to service_role;
