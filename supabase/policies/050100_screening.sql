-- Screenings are for operators: whom they are about must not learn of them.
grant select on public.screening_rules, public.wallet_screenings, public.screening_clearances to authenticated;
create policy screening_rules_select_operator on public.screening_rules for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy wallet_screenings_select_operator on public.wallet_screenings for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy screening_clearances_select_operator on public.screening_clearances for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function private.standing_hit(text, text) to authenticated;
