-- A feed is its user's alone; marking read is all there is to write.
grant select on public.notifications to authenticated;
create policy notifications_select_own on public.notifications for select to authenticated
using (user_id = (select auth.uid()));
grant update (read_at) on public.notifications to authenticated;
create policy notifications_update_own on public.notifications for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()) and (select private.may_write('notifications.write')));

grant select on public.notification_counts to authenticated;

grant execute on function public.mark_all_read() to authenticated;
