-- Which operators asked in the place of a person, and why, stands in operator_requests.
grant select on public.erasure_requests to authenticated;
create policy erasure_requests_select_own_or_operator on public.erasure_requests for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or party_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant select on public.legal_holds to authenticated;
create policy legal_holds_select_operator on public.legal_holds for select to authenticated
using ((select private.is_acting_staff('operator')));
