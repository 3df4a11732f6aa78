-- That something new is in somebody's feed: one narrow row for each user, to be listened to.

create table public.notification_heads (
    user_id uuid primary key,
    last_id uuid not null
) with (fillfactor = 70);
alter table public.notification_heads enable row level security;
comment on table public.notification_heads is
'The notification that each user was told last. Small and not partitioned, so that Realtime can publish it under its policy; clients read the feed itself.';
comment on column public.notification_heads.user_id is 'Whose feed; no foreign key, as in notifications.';
comment on column public.notification_heads.last_id is
'The notification told last: another one than before means that there is something to read. Not always the newest by time.';

create function private.tg_notifications__head() returns trigger
language plpgsql set search_path = ''
as $$
begin
    -- In the order of users: two relays take the rows one way.
    insert into public.notification_heads (user_id, last_id)
    select t.user_id, (array_agg(t.id order by t.id desc))[1] from told as t group by t.user_id order by t.user_id
    on conflict (user_id) do update set last_id = excluded.last_id;
    return null;
end
$$;
comment on function private.tg_notifications__head() is 'Keeps what each user was told last.';
create trigger _600_head after insert on public.notifications
referencing new table as told
for each statement execute function private.tg_notifications__head();
