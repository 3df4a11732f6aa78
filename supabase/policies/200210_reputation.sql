grant select on public.trader_profiles to authenticated;
create policy trader_profiles_select_own_or_operator on public.trader_profiles for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or party_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant execute on function service.reputation_refresh(integer) to service_role;
