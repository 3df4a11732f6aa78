-- Why and by whom is for operators; halted() says to everybody what.
grant select on public.halts to authenticated;
create policy halts_select_operator on public.halts for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function public.halted(), private.halted() to anon, authenticated;

grant execute on function service.halts_old() to service_role;
