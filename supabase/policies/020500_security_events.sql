-- Findings about parties are for operators: whom they are about must not learn what is watched. What happened to
-- an account its owner reads.
grant select on public.security_events to authenticated;
create policy security_events_select on public.security_events for select to authenticated
using (
    (select private.is_acting_staff('operator'))
    or subject_kind = 'account' and party_id = (select auth.uid())
);
