-- NOTE: not asked_by and reason: whoever asks in the place of a person stays unknown to them, and operators
-- read who and why in operator_requests.
grant select (
    id, party_id, state, last_event, last_actor_role, erase_from, in_the_way, step, rows_erased, rows_at_last_pass,
    created_at, updated_at
) on public.erasure_requests to authenticated;
create policy erasure_requests_select_own_or_operator on public.erasure_requests for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or party_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant select on public.legal_holds to authenticated;
create policy legal_holds_select_operator on public.legal_holds for select to authenticated
using ((select private.is_acting_staff('operator')));
