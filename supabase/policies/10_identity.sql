-- Conditions of columns ask as whoever writes.
grant execute on function private.has_words(text), private.visible(text), private.characters(text) to authenticated;
-- What the policies themselves call.
grant execute on function private.my_parties() to anon, authenticated;
grant execute on function
private.parties_i_act_for(), private.is_staff(uuid, public.member_role),
private.operator_sees_from(), private.operator_sees_to()
to authenticated;

-- Nobody lists the parties: whoever was told an id asks public.party for its name.
grant select (id, kind, display_name) on public.parties to authenticated;
create policy parties_select_own_or_operator on public.parties for select to authenticated
using (
    id = any(array(select private.my_parties()))
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);
grant execute on function public.party(uuid), private.party_card(uuid) to authenticated;

grant select (
    id, full_name, avatar_url, preferences, phone_verified, id_document_verified, address_verified,
    biometric_verified, granted_tier, verification_tier, discord_id, created_at, updated_at, deleted_at
) on public.profiles to authenticated;
grant update (full_name, avatar_url, preferences) on public.profiles to authenticated;
create policy profiles_select_own_or_operator on public.profiles for select to authenticated
using (
    id = (select auth.uid())
    or (select private.is_staff((select auth.uid()), 'operator'))
);
-- Here and below: a write meets what its author reads, and private.tg__own refuses what is not the own.
create policy profiles_update_own on public.profiles for update to authenticated
using (
    id = (select auth.uid())
    or (select private.is_staff((select auth.uid()), 'operator'))
)
with check (
    id = (select auth.uid()) and deleted_at is null and (select private.may_write('profiles.write'))
);

grant select on public.party_members to authenticated;
create policy party_members_select_own_party on public.party_members for select to authenticated
using (
    user_id = (select auth.uid())
    or party_id = any(array(select private.my_parties()))
);

grant select (id, created_at, table_name, row_id, action, before, after, actor_id, request_id)
on public.audit_log to authenticated;
create policy audit_log_select_operator on public.audit_log for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function
public.whoami(text, text), private.caller(), private.caller_aal(), public.my_standing(), private.my_standing(),
private.may_write(text, uuid)
to authenticated;
