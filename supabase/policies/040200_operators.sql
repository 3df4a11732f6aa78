-- What operators may do alone, and what waits for a second one, is for operators to read.
grant select on public.operator_commands, public.operator_limits, public.operator_requests to authenticated;
create policy operator_commands_select_operator on public.operator_commands for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy operator_limits_select_operator on public.operator_limits for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy operator_requests_select_operator on public.operator_requests for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function
service.operator_request_confirm(service.command), service.operator_request_close(service.command),
service.operator_requests_expire(integer)
to service_role;
