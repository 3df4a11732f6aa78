-- Guilds are known to everybody signed in, one by one to strangers; who belongs to one, to its members.
grant select on public.guilds to authenticated;
create policy guilds_select_anyone on public.guilds for select to authenticated
using (true);
-- NOTE: discord_id is not granted: it follows discord_links.
grant insert (id, name, description) on public.guilds to authenticated;
create policy guilds_insert_own on public.guilds for insert to authenticated
with check (created_by = (select auth.uid()) and (select private.may_write('guilds.write')));
grant update (name, description) on public.guilds to authenticated;
create policy guilds_update_kept on public.guilds for update to authenticated
using ((select auth.uid()) is not null)
with check (
    id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guilds.write'))
);

grant select, insert (guild_id, user_id, role), update (role), delete on public.guild_members to authenticated;
create policy guild_members_select_fellow on public.guild_members for select to authenticated
using (guild_id = any(array(select private.my_guilds())));
-- Only oneself, and only where one was invited: nobody is put into a guild.
create policy guild_members_insert_invited on public.guild_members for insert to authenticated
with check (
    user_id = (select auth.uid()) and role = 'member'
    and guild_id = any(array(select private.guilds_that_invite_me()))
    and (select private.may_write('guild_members.write'))
);
create policy guild_members_update_kept on public.guild_members for update to authenticated
using (guild_id = any(array(select private.my_guilds())))
with check (
    guild_id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guild_members.write'))
);
create policy guild_members_delete_kept_or_self on public.guild_members for delete to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));

grant select, insert (guild_id, user_id), delete on public.guild_invitations to authenticated;
create policy guild_invitations_select_invited_or_kept on public.guild_invitations for select to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));
create policy guild_invitations_insert_kept on public.guild_invitations for insert to authenticated
with check (
    invited_by = (select auth.uid()) and guild_id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guild_invitations.write'))
);
create policy guild_invitations_delete_invited_or_kept on public.guild_invitations for delete to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));

grant execute on function private.my_guilds(), private.guilds_i_keep(), private.guilds_that_invite_me()
to authenticated;
