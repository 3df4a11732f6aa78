grant execute on function private.my_sessions(), private.my_identities() to authenticated;
grant select on public.sessions, public.identities to authenticated;

grant execute on function
service.session_revoke(service.command), service.sessions_revoke_others(service.command),
service.device_revoke(service.command), service.device_name(service.command)
to service_role;
