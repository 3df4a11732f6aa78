-- What the two parties of a trade write to each other.

create type public.message_kind as enum ('party', 'auto_reply');

create table public.trade_messages (
    id uuid not null primary key default private.uuid_v7(private.clock()),
    trade_id uuid not null,
    kind public.message_kind not null default 'party',
    author_id uuid not null,
    author_role text not null,
    body text not null,
    attachments jsonb not null default '[]'::jsonb,
    created_at timestamptz not null
) partition by range (id);
alter table public.trade_messages enable row level security;
select private.make_text('public.trade_messages', 'prose', 'body');
select private.make_text('public.trade_messages', 'line', 'attachments');
select private.make_quota('public.trade_messages', 'message', 'author_id', 'trade_id');
create index trade_messages_trade_id_idx on public.trade_messages (trade_id, id);
select private.make_erasable('public.trade_messages', 'body', 'attachments');
comment on table public.trade_messages is
'Messages of a trade: read by its two parties, and by the arbiter of its dispute. Written over PostgREST (trade_id, body, attachments) from the take until the time for claims is over.';
comment on column public.trade_messages.id is 'Carries the time: messages are in the order of their ids.';
comment on column public.trade_messages.trade_id is 'The trade; also the id of its escrow.';
comment on column public.trade_messages.kind is 'party: somebody wrote it. auto_reply: what the maker left for whoever takes the order, delivered with the take.';
comment on column public.trade_messages.author_id is 'User who wrote it; of an auto reply the maker.';
comment on column public.trade_messages.author_role is 'Side of the trade the author is on: buyer or seller.';
comment on column public.trade_messages.body is 'Text, at most 4,000 characters.';
comment on column public.trade_messages.attachments is
'At most 5 files that were uploaded before: [{sha256, name, media_type, size_bytes}].';
comment on column public.trade_messages.created_at is 'When it was written, by the clock of the database.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('trade_not_found', 404, 'No such trade.', ''),
('trade_closed', 409, 'The trade is over, and so is the time for claims.', ''),
('message_invalid', 422, 'A message has 1 to 4,000 characters.', ''),
('message_limit', 409, 'No more messages are taken from this side of the trade.', 'Raise a dispute when writing does not help.'),
('attachment_invalid', 422, 'At most 5 attachments, each with sha256, name, media_type and size_bytes and nothing else.', '');

create function private.are_attachments(p_attachments jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return jsonb_typeof(p_attachments) = 'array' and jsonb_array_length(p_attachments) <= 5 and (
        select coalesce(bool_and(
            jsonb_typeof(a) = 'object'
            and coalesce(a ->> 'sha256', '') ~ '^[0-9a-f]{64}$'
            and jsonb_typeof(a -> 'name') = 'string' and length(a ->> 'name') between 1 and 200
            and jsonb_typeof(a -> 'media_type') = 'string' and length(a ->> 'media_type') between 1 and 100
            and coalesce(a ->> 'size_bytes', '') ~ '^[1-9][0-9]{0,8}$'
            and (a - array['sha256', 'name', 'media_type', 'size_bytes']) = '{}'::jsonb
        ), true)
        from jsonb_array_elements(case jsonb_typeof(p_attachments) when 'array' then p_attachments else '[]' end) as a
    );
end
$$;
comment on function private.are_attachments(jsonb) is 'Whether a value is a list of attachments as messages carry them.';

-- Definer: stamps what the author may not choose, and reads the trade to find the side.
create function private.tg_trade_messages__stamp() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_trade record;
begin
    if new.kind = 'auto_reply' then
        return new;
    end if;
    select t.buyer_id, t.seller_id, e.completed_at, e.claim_until into v_trade
    from public.p2p_trades as t join private.escrow_transactions as e on e.id = t.id
    where t.id = new.trade_id;
    new.author_id := auth.uid();
    new.author_role := case
        when private.acts_for(auth.uid(), v_trade.buyer_id) then 'buyer'
        when private.acts_for(auth.uid(), v_trade.seller_id) then 'seller'
    end;
    if new.author_role is null then
        perform private.refuse('trade_not_found');
    elsif v_trade.completed_at is not null
        and v_now > private.later_by_outages(v_trade.completed_at, v_trade.claim_until) then
        perform private.refuse('trade_closed');
    elsif coalesce(length(new.body), 0) > 4000 or not private.has_words(new.body) then
        perform private.refuse('message_invalid');
    elsif not private.are_attachments(new.attachments) then
        perform private.refuse('attachment_invalid');
    end if;
    -- A bound of the trade and no quota of its author (private.quotas): the other side and the arbiter read it.
    -- Two at once would both be the last one.
    perform pg_advisory_xact_lock(hashtextextended(new.trade_id::text || new.author_role, 0));
    if (
        select count(*) from public.trade_messages as m
        where m.trade_id = new.trade_id and m.author_role = new.author_role
    ) >= 500 then
        perform private.refuse('message_limit');
    end if;
    new.created_at := v_now;
    return new;
end
$$;
comment on function private.tg_trade_messages__stamp() is
'Law 7 for messages: author, side and time come from the token, the trade and the clock. Raises trade_not_found (404), trade_closed, message_limit (409), message_invalid, attachment_invalid (422).';
create trigger _500_stamp before insert on public.trade_messages
for each row execute function private.tg_trade_messages__stamp();

-- Definer: authors hold no right on the outbox.
create function private.tg_trade_messages__emit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'trade.message', 'message', new.id, 1,
        array[(
            select case new.author_role when 'buyer' then t.seller_id else t.buyer_id end
            from public.p2p_trades as t where t.id = new.trade_id
        )],
        jsonb_build_object('trade_id', new.trade_id, 'author_role', new.author_role), new.created_at
    );
    return null;
end
$$;
comment on function private.tg_trade_messages__emit() is 'Tells the other side that there is a message, not what it says.';
create trigger _600_emit after insert on public.trade_messages
for each row execute function private.tg_trade_messages__emit();

-- Definer: runs inside the take.
create function private.tg_p2p_trades__auto_reply() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.trade_messages (id, trade_id, kind, author_id, author_role, body, created_at)
    select
        private.uuid_v7(new.created_at), new.id, 'auto_reply', o.user_id,
        case o.user_id when new.buyer_id then 'buyer' else 'seller' end, r.auto_reply, new.created_at
    from public.p2p_auto_replies as r
    join public.p2p_orders as o on o.id = r.order_id
    where r.order_id = new.order_id;
    return null;
end
$$;
comment on function private.tg_p2p_trades__auto_reply() is 'Delivers the maker''s auto reply as the first message of the trade.';
create trigger _600_auto_reply after insert on public.p2p_trades
for each row execute function private.tg_p2p_trades__auto_reply();
