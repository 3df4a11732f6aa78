-- A page of preferences shows the kinds; settings and preferences are their person's alone.
grant select on public.message_kinds to anon, authenticated;
create policy message_kinds_select_all on public.message_kinds for select to anon, authenticated using (true);

grant select, insert (user_id, language, time_zone, quiet_from, quiet_until),
update (user_id, language, time_zone, quiet_from, quiet_until), delete on public.message_settings to authenticated;
create policy message_settings_select_own on public.message_settings for select to authenticated
using (user_id = (select auth.uid()));
create policy message_settings_insert_own on public.message_settings for insert to authenticated
with check (user_id = (select auth.uid()) and (select private.may_write('message_settings.write')));
create policy message_settings_update_own on public.message_settings for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()) and (select private.may_write('message_settings.write')));
create policy message_settings_delete_own on public.message_settings for delete to authenticated
using (user_id = (select auth.uid()));

grant select, insert (user_id, kind, channel, is_wanted), update (user_id, kind, channel, is_wanted),
delete on public.message_preferences to authenticated;
create policy message_preferences_select_own on public.message_preferences for select to authenticated
using (user_id = (select auth.uid()));
create policy message_preferences_insert_own on public.message_preferences for insert to authenticated
with check (user_id = (select auth.uid()) and (select private.may_write('message_preferences.write')));
create policy message_preferences_update_own on public.message_preferences for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()) and (select private.may_write('message_preferences.write')));
create policy message_preferences_delete_own on public.message_preferences for delete to authenticated
using (user_id = (select auth.uid()));
