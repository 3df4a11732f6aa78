-- Blocks: whom a party keeps away from itself, in every product.

create table public.p2p_blocks (
    blocker_id uuid not null references public.parties (id) on delete cascade,
    blocked_id uuid not null references public.parties (id) on delete cascade,
    created_at timestamptz not null default private.clock(),
    primary key (blocker_id, blocked_id),
    constraint p2p_blocks_nobody_blocks_oneself check (blocker_id <> blocked_id)
);
alter table public.p2p_blocks enable row level security;
select private.make_quota('public.p2p_blocks', 'block', 'blocker_id');
create index p2p_blocks_blocked_id_idx on public.p2p_blocks (blocked_id);
comment on table public.p2p_blocks is
'Who does not want to trade with whom: neither takes an order of the other. Open trades go on.';
comment on column public.p2p_blocks.created_at is 'When the row was made, by the database clock.';
comment on column public.p2p_blocks.blocker_id is 'Whose list it is; nobody else reads it.';
comment on column public.p2p_blocks.blocked_id is 'Whom the owner of the list keeps away, and is kept away from.';

create function private.is_blocked(p_party uuid, p_other uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select exists (
            select from public.p2p_blocks
            where (blocker_id, blocked_id) in ((p_party, p_other), (p_other, p_party))
        )
    );
end
$$;
comment on function private.is_blocked(uuid, uuid) is 'Whether one of two parties has blocked the other.';
