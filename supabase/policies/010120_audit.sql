grant select (
    id, created_at, table_name, row_id, action, before, after, actor_id, reason, request_id, one_operator,
    endpoint, address, user_agent, seals
)
on public.audit_log to authenticated;
create policy audit_log_select_operator on public.audit_log for select to authenticated
using ((select private.is_acting_staff('operator')));

grant select on public.operator_rules to authenticated;
create policy operator_rules_select_operator on public.operator_rules for select to authenticated
using ((select private.is_acting_staff('operator')));
