-- Refresh tokens of Auth, without the tokens: whether a session was renewed, and what became of each.

-- Definer: nobody reads Auth's refresh tokens.
create function private.seen_refresh_tokens() returns table (
    id bigint, user_id uuid, session_id uuid, created_at timestamptz, is_revoked boolean, revoked_at timestamptz,
    has_parent boolean
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    -- By the session: Auth has no index on the person of a token.
    select t.id, s.user_id, t.session_id, t.created_at, coalesce(t.revoked, false),
        case when t.revoked then t.updated_at end, t.parent is not null
    from auth.sessions as s
    inner join auth.refresh_tokens as t on t.session_id = s.id
    -- Who acts for a person is not told where that person signs in: the own, and open files.
    where s.user_id = auth.uid()
        or s.user_id = any (array(select private.readable_parties() except select private.my_parties()));
end
$$;
comment on function private.seen_refresh_tokens() is 'As public.refresh_tokens.';

create view public.refresh_tokens with (security_invoker = true) as
select id, user_id, session_id, created_at, is_revoked, revoked_at, has_parent from private.seen_refresh_tokens();
comment on view public.refresh_tokens is
'Refresh tokens of the caller''s sessions, and of persons whose file the caller, an operator, has open: never the token. They go with their session.';
comment on column public.refresh_tokens.id is 'Number that Auth gave it.';
comment on column public.refresh_tokens.user_id is 'Whose.';
comment on column public.refresh_tokens.session_id is 'The session that it renews.';
comment on column public.refresh_tokens.created_at is 'When it was given.';
comment on column public.refresh_tokens.is_revoked is 'Whether it was used, or ended: only one that is not revoked renews a session.';
comment on column public.refresh_tokens.revoked_at is 'When it was last marked so; null while it is not.';
comment on column public.refresh_tokens.has_parent is 'Whether it was given for an earlier one; the first of a session has none.';
