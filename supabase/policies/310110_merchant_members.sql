-- An invitation is read by who is invited, and by who belongs to the merchant. Members are rows of party_members.
grant select on public.merchant_invitations to authenticated;
create policy merchant_invitations_select_own on public.merchant_invitations for select to authenticated
using (
    user_id = (select auth.uid())
    or merchant_id = any(array(select private.my_parties()))
);

grant execute on function
service.merchant_create(service.command), service.merchant_verify(service.command),
service.merchant_close(service.command),
service.merchant_invite(service.command), service.merchant_join(service.command),
service.merchant_member_remove(service.command)
to service_role;
