grant select on public.user_devices to authenticated;
create policy user_devices_select_own on public.user_devices for select to authenticated
using (user_id = (select auth.uid()));

grant select on public.session_audits to authenticated;
create policy session_audits_select_own_or_operator on public.session_audits for select to authenticated
using (
    user_id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
);
