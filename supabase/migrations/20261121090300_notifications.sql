-- Notifications of users inside the product, made of the same events.

create table public.notifications (
    id uuid primary key,
    user_id uuid not null,
    event_id uuid not null,
    event text not null,
    object_type text not null,
    object_id uuid not null,
    sequence bigint not null,
    data jsonb not null,
    created_at timestamptz not null,
    read_at timestamptz
) partition by range (id);
alter table public.notifications enable row level security;
create index notifications_user_id_idx on public.notifications (user_id, id desc);
create index notifications_unread_idx on public.notifications (user_id) where read_at is null;
comment on table public.notifications is
'Feed of a user: one row for each event of a party the user belongs to. Kept for 180 days, by month.';
comment on column public.notifications.id is 'The notification.';
comment on column public.notifications.object_type is 'Kind of thing the event is about.';
comment on column public.notifications.object_id is 'The thing the event is about.';
comment on column public.notifications.user_id is 'Who reads it; no foreign key, since the outbox names only real parties.';
comment on column public.notifications.event_id is 'The event: the webhook-id of its messages, too.';
comment on column public.notifications.event is 'object.verb, as in webhooks.';
comment on column public.notifications.sequence is 'Grows with each event of the object.';
comment on column public.notifications.data is 'States, ids and amounts as strings.';
comment on column public.notifications.created_at is 'When the event happened.';
comment on column public.notifications.read_at is 'When the user first marked it read; null while unread. Whatever time is sent, the database''s is kept.';

create function private.tg_notifications__read() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.read_at := coalesce(old.read_at, private.clock());
    return new;
end
$$;
comment on function private.tg_notifications__read() is
'Read is read: the first time stays, by the clock of the database.';
create trigger _500_read before update on public.notifications
for each row execute function private.tg_notifications__read();

create view public.notification_counts with (security_invoker = true) as
select count(*) as unread from public.notifications where read_at is null and user_id = (select auth.uid());
comment on view public.notification_counts is 'How many notifications the caller has not read.';

create function public.mark_all_read() returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_marked integer;
begin
    update public.notifications set read_at = private.clock()
    where user_id = (select auth.uid()) and read_at is null;
    get diagnostics v_marked = row_count;
    return v_marked;
end
$$;
comment on function public.mark_all_read() is 'Marks every notification of the caller read; returns how many were not.';
