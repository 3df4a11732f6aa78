-- A feed is its user's alone, and so is the news of it.
grant select on public.notification_heads to authenticated;
create policy notification_heads_select_own on public.notification_heads for select to authenticated
using (user_id = (select auth.uid()));

-- Hosted projects have this publication, which Realtime listens to: it sends a change to whom the
-- policy shows the row.
do $$
begin
    if exists (select from pg_publication where pubname = 'supabase_realtime') and not exists (
        select from pg_publication_tables
        where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'notification_heads'
    ) then
        alter publication supabase_realtime add table public.notification_heads;
    end if;
end
$$;
